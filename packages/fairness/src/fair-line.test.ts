import { expect, test } from 'vitest';
import { createFairLine } from './fair-line.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));

function start(places: number, contendedPlaces = places * 2) {
  const clock = { ms: 5_000 };
  const line = createFairLine({ places, contendedPlaces, nowMs: () => clock.ms });
  const running = new Map<string, () => void>();
  const began: string[] = [];
  const ask = (key: string, name: string): void => {
    void line.run(key, () => {
      began.push(name);
      return new Promise<void>((resolve) => running.set(name, resolve));
    });
  };
  const end = async (name: string): Promise<void> => {
    running.get(name)?.();
    running.delete(name);
    await settled();
  };
  return { clock, line, began, running, ask, end };
}

test('no more runs than there are places, and keys take turns whatever each has to do', async () => {
  const { began, running, ask, end } = start(2);
  for (let at = 1; at <= 100; at++) ask('big', `big-${at}`);
  ask('small', 'small-1');
  ask('small', 'small-2');
  await settled();
  expect([...running.keys()]).toEqual(['big-1', 'big-2']);
  for (const name of ['big-1', 'big-2', 'big-3', 'small-1']) await end(name);
  expect(began).toEqual(['big-1', 'big-2', 'big-3', 'small-1', 'big-4', 'small-2']);
  expect(running.size).toBe(2);
});

test('work that fails frees its place', async () => {
  const { line } = start(1);
  await expect(line.run('a', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(await line.run('a', async () => 'fine')).toBe('fine');
});

test('alone, a key has all the places; beside others an equal part of fewer, until they have been away for a second', async () => {
  const { clock, running, ask, end } = start(8, 6);
  for (let at = 1; at <= 100; at++) ask('big', `big-${at}`);
  await settled();
  expect(running.size).toBe(8);
  ask('small', 'small-1');
  for (let at = 1; at <= 6; at++) await end(`big-${at}`);
  expect([...running.keys()].sort()).toEqual(['big-7', 'big-8', 'big-9', 'small-1']);
  await end('small-1');
  expect(running.size).toBe(3);
  clock.ms += 1_000;
  await end('big-7');
  expect(running.size).toBe(8);
});

test('no key gets less than two places, and all that was asked for is done', async () => {
  const { began, running, ask, end } = start(100, 6);
  const names = Array.from({ length: 20 }, (_, key) =>
    [1, 2, 3].map((at) => [`k${key}`, `k${key}-${at}`] as const),
  );
  for (const [key, name] of names.flat()) ask(key, name);
  await settled();
  // The first two came before there were so many.
  expect(running.size).toBe(3 + 3 + 18 * 2);
  // Those that begin meanwhile come after.
  for (const name of running.keys()) await end(name);
  expect(new Set(began).size).toBe(60);
});
