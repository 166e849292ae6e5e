import { expect, test } from 'vitest';
import { createFairLine } from './fair-line.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));

function start(places: number) {
  const line = createFairLine(places);
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
  return { line, began, running, ask, end };
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
