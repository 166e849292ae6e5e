import { expect, test } from 'vitest';
import { OpenStreams } from './open-streams.ts';

/** Tokens that tell how often they were asked for, and streams that tell whether they were ended. */
function fixture() {
  const streams = new OpenStreams();
  const asked = new Map<string, number>();
  const dead = new Set<string>();
  const ended: string[] = [];
  const open = (id: string, stream = id) => {
    const isAlive = (): boolean => {
      asked.set(id, (asked.get(id) ?? 0) + 1);
      return !dead.has(id);
    };
    return streams.add({ id, isAlive }, () => ended.push(stream));
  };
  return { streams, asked, dead, ended, open };
}

test('all streams of a token end when it is revoked, and no others', async () => {
  const { streams, asked, dead, ended, open } = fixture();
  const closeFirst = open('a', 'first');
  open('a', 'second');
  open('b', 'other');
  closeFirst();
  open('a', 'third');
  await streams.look();
  expect([ended, asked.get('a'), asked.get('b')]).toEqual([[], 1, 1]);
  dead.add('a');
  await streams.look();
  expect(ended).toEqual(['second', 'third']);
});

test('a token without streams is not looked at any more', async () => {
  const { streams, asked, open } = fixture();
  const closers = [open('a'), open('a')];
  for (const close of closers) close();
  await streams.look();
  expect(asked.size).toBe(0);
});

test('thousands of tokens are looked at in turn, each as often as the others', async () => {
  const { streams, asked, open } = fixture();
  for (let index = 0; index < 1_000; index += 1) open(`t${index}`);
  for (let round = 0; round < 5; round += 1) await streams.look();
  expect(asked.size).toBe(1_000);
  expect(new Set(asked.values())).toEqual(new Set([1]));
});

test('while it cannot be told whether a token is revoked, its streams stay', async () => {
  const streams = new OpenStreams();
  let isEnded = false;
  const isAlive = () => Promise.reject(new Error('away'));
  streams.add({ id: 'a', isAlive }, () => (isEnded = true));
  await streams.look();
  await streams.look();
  expect(isEnded).toBe(false);
});
