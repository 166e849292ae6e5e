import { constants } from 'node:os';

/** The first and the last of the real-time signals that the C library leaves to programs. See signal(7). */
const firstRealTime = 34;
const lastRealTime = 64;

/** A signal's number by the name that `lifecycle.stopSignal` gives it; 15 (SIGTERM) for one that this system does not have. */
export function signalNumber(name: string): number {
  const [, end, offset = '0'] = /^SIGRT(MIN|MAX)(?:[+-](\d+))?$/.exec(name) ?? [];
  if (end === 'MIN') return firstRealTime + Number(offset);
  if (end === 'MAX') return lastRealTime - Number(offset);
  const numbers: Readonly<Record<string, number>> = {
    ...constants.signals,
    SIGCLD: constants.signals.SIGCHLD,
  };
  return numbers[name] ?? constants.signals.SIGTERM;
}
