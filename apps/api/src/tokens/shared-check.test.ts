import { expect, test } from 'vitest';
import { sharedCheck } from './shared-check.ts';

function fixture() {
  let nowMs = 0;
  const asked: Array<PromiseWithResolvers<boolean>> = [];
  const check = sharedCheck(
    () => {
      const question = Promise.withResolvers<boolean>();
      asked.push(question);
      return question.promise;
    },
    { freshForMs: 500, elapsedMs: () => nowMs },
  );
  return { check, asked, advance: (ms: number) => (nowMs += ms) };
}

test('who asks while a check is under way shares it, and its answer is good from when it was asked', async () => {
  const { check, asked, advance } = fixture();
  const [first, second] = [check(), check()];
  expect(asked).toHaveLength(1);
  advance(200);
  asked[0]?.resolve(true);
  expect([await first, await second]).toEqual([true, true]);
  advance(299);
  expect(check()).toBe(true);
  advance(1);
  const third = check();
  expect(asked).toHaveLength(2);
  asked[1]?.resolve(false);
  expect(await third).toBe(false);
});

test('a check that fails is asked again by the next', async () => {
  const { check, asked } = fixture();
  const first = check();
  asked[0]?.reject(new Error('away'));
  await expect(first).rejects.toThrow('away');
  const second = check();
  asked[1]?.resolve(true);
  expect(await second).toBe(true);
});
