import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { pino } from 'pino';
import type { ApiClient } from '../api/api-client.ts';
import { followInputs, type PodInput } from './follow-inputs.ts';

const input = (name: string, revision: number) => ({
  cluster: 'c',
  resource: 'configmaps',
  namespace: 'ns',
  name,
  revision,
});

/** Follows through these answers, one after the other, while `isNeeded`. @returns what was told after each. */
async function follow(
  answers: ReadonlyArray<readonly object[] | Error>,
  isNeeded = true,
): Promise<string[][]> {
  const ended = new AbortController();
  const told: string[][] = [];
  let asked = 0;
  let looks = 0;
  // The transport is not what this is about: only what it answers.
  const api = {
    get: async () => {
      const answer = answers[asked++];
      told.push([]);
      if (answer instanceof Error) throw answer;
      return { items: answer };
    },
  } as unknown as ApiClient;
  const clock = {
    now: () => new Date(),
    at: (_time: Date, run: () => void) => {
      if (asked === answers.length || ++looks > 10) ended.abort();
      void setTimeout(0).then(run);
      return () => undefined;
    },
  };
  const onChange = ({ name }: PodInput) => told.at(-1)?.push(name);
  const log = pino({ level: 'silent' });
  await followInputs({ nodeName: 'n', api, isNeeded: () => isNeeded, onChange, clock, log }, ended.signal);
  return told;
}

test('what is there at first, what changes, what comes and what goes is told, each once', async () => {
  expect(
    await follow([
      [input('a', 1), input('b', 1)],
      [input('a', 1), input('b', 2)],
      [input('a', 1), input('b', 2), input('c', 3)],
      [input('b', 2), input('c', 3)],
      [input('b', 2), input('c', 3)],
    ]),
  ).toEqual([['a', 'b'], ['b'], ['c'], ['a'], []]);
});

test('what changes while nobody can be asked is told afterwards', async () => {
  expect(await follow([[input('a', 1)], new Error('down'), [input('a', 2)]])).toEqual([['a'], [], ['a']]);
});

test('nobody is asked while no pod takes anything in', async () => {
  expect(await follow([[input('a', 1)]], false)).toEqual([]);
});
