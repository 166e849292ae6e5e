/** What Berth reads of a process in proc(5) `stat`. */
export interface ProcessStat {
  readonly parent: number;
  /** Processor time used so far, in user and system mode, without that of children. */
  readonly cpuSeconds: number;
  /** Ticks since the machine started: tells a process from a later one with the same id. */
  readonly startTime: string;
}

/** `USER_HZ`, in which proc(5) counts time: 100 whatever the kernel's own clock is. */
const ticksPerSecond = 100;

/** The fields after the command name, which may hold spaces and parentheses; undefined for what is no such line. */
export function parseStat(text: string): ProcessStat | undefined {
  const end = text.lastIndexOf(')');
  // Field 3, the state, is the first of these.
  const fields = end < 0 ? [] : text.slice(end + 2).split(' ');
  const field = (number: number): string => fields[number - 3] ?? '';
  const [parent, userTicks, systemTicks] = [Number(field(4)), Number(field(14)), Number(field(15))];
  if (field(22) === '' || ![parent, userTicks, systemTicks].every(Number.isInteger)) return undefined;
  return { parent, cpuSeconds: (userTicks + systemTicks) / ticksPerSecond, startTime: field(22) };
}

/**
 * One member of `status`, `smaps_rollup` or another file of lines like `VmRSS:  251234 kB`, in bytes.
 *
 * @returns undefined where there is none: a process that is ending has no memory
 */
export function parseKilobytes(text: string, member: string): number | undefined {
  const line = text.split('\n').find((each) => each.startsWith(`${member}:`));
  const kilobytes = /^\s*(\d+) kB$/.exec(line?.slice(member.length + 1) ?? '')?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}
