import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parseKilobytes, parseStat } from './proc-files.ts';

const fields =
  '12239 0 0 0 -1 4194304 100 0 0 0 4321 79 900 800 20 0 11 0 3564400 3133440 395 18446744073709551615 0 0';

test.each([
  ['an ordinary name', `12308 (node) S ${fields}`],
  ['a name with a space', `12308 (MainThread 1) S ${fields}`],
  ['a name with parentheses', `12308 (a) R 7 (b) S ${fields}`],
])('of stat: parent, own processor time and start of a process with %s', (_, text) => {
  expect(parseStat(text)).toEqual({ parent: 12239, cpuSeconds: 44, startTime: '3564400' });
});

test.each(['', 'no such process', '12308 (node) S 12239'])('of stat: nothing is made of %j', (text) => {
  expect(parseStat(text)).toBeUndefined();
});

const rollup = `5632420c0000-7ffd76321000 ---p 00000000 00:00 0                          [rollup]
Rss:              262144 kB
Pss:                 485 kB
Pss_Dirty:           112 kB
`;

test.each([
  ['Rss', 262_144 * 1024],
  ['Pss', 485 * 1024],
  ['Pss_Dirty', 112 * 1024],
  ['Swap', undefined],
  ['5632420c0000-7ffd76321000 ---p 00000000 00', undefined],
])('of smaps_rollup: %s is %s bytes', (member, bytes) => {
  expect(parseKilobytes(rollup, member)).toBe(bytes);
});

test('of status: a process without memory has no resident size', () => {
  expect(parseKilobytes('Name:\tnode\nState:\tZ (zombie)\nPPid:\t1\n', 'VmRSS')).toBeUndefined();
  expect(parseKilobytes('Name:\tnode\nVmHWM:\t  300 kB\nVmRSS:\t  251 kB\n', 'VmRSS')).toBe(251 * 1024);
});

test.runIf(process.platform === 'linux')('what this system says of this process is understood', async () => {
  const [stat, status] = await Promise.all(
    ['stat', 'status'].map((name) => readFile(`/proc/${process.pid}/${name}`, 'utf8')),
  );
  expect(parseStat(stat ?? '')).toMatchObject({ parent: process.ppid });
  const resident = parseKilobytes(status ?? '', 'VmRSS') ?? 0;
  expect(resident / process.memoryUsage.rss()).toBeCloseTo(1, 0);
});
