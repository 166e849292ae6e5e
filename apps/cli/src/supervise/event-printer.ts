import type { Settings } from '../settings.ts';

const levels: Readonly<Record<string, number>> = { trace: 10, debug: 20, info: 30, warn: 40, error: 50 };
const names: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: '',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};
/** Fields that every record carries and nobody reads on a terminal. */
const dull = new Set(['level', 'time', 'pid', 'hostname', 'msg', 'name', 'v']);

/** Prints what happens, one line an event: time, part, message and its fields. */
export interface EventPrinter {
  /** One line of a part's log: a JSON record, or any text. */
  part(name: string): (line: string) => void;
  event(name: string, message: string): void;
}

export function eventPrinter(logLevel: Settings['logLevel'], write: (line: string) => void): EventPrinter {
  const threshold = levels[logLevel] ?? 30;
  const print = (name: string, text: string, time: Date): void => {
    write(`${time.toTimeString().slice(0, 8)}  ${name.padEnd(11)} ${text}`);
  };
  return {
    event: (name, message) => print(name, message, new Date()),
    part: (name) => (line) => {
      const record = parse(line);
      if (!record) {
        if (line.trim() !== '') print(name, line, new Date());
        return;
      }
      const level = typeof record['level'] === 'number' ? record['level'] : 30;
      if (level < threshold) return;
      const time = typeof record['time'] === 'number' ? new Date(record['time']) : new Date();
      const label = names[level] ? `${names[level]}: ` : '';
      print(name, `${label}${typeof record['msg'] === 'string' ? record['msg'] : ''}${fields(record)}`, time);
    },
  };
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const record: unknown = JSON.parse(line);
    return typeof record === 'object' && record !== null ? { ...record } : undefined;
  } catch {
    return undefined;
  }
}

function fields(record: Readonly<Record<string, unknown>>): string {
  return Object.entries(record)
    .filter(([key]) => !dull.has(key))
    .map(([key, value]) => {
      if (key === 'err' && typeof value === 'object' && value !== null && 'message' in value) {
        return ` error="${String(value.message)}"`;
      }
      return ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`;
    })
    .join('');
}
