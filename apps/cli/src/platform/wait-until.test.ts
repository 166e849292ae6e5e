import { expect, test } from 'vitest';
import { waitUntil } from './wait-until.ts';

/** A clock that moves only while somebody sleeps. */
function clock() {
  let nowMs = 0;
  return {
    now: () => new Date(nowMs),
    sleep: async (ms: number) => {
      nowMs += ms;
    },
  };
}

test('what comes true is returned, however late within the time', async () => {
  const time = clock();
  const seen = await waitUntil(time, { awaited: 'it', timeoutSeconds: 60 }, async () =>
    time.now().getTime() >= 59_000 ? 'here' : undefined,
  );
  expect(seen).toBe('here');
});

test('what does not come true in time is told by name', async () => {
  const waiting = { awaited: 'cluster "a" is ready', timeoutSeconds: 2 };
  await expect(waitUntil(clock(), waiting, async () => undefined)).rejects.toMatchObject({
    exitCode: 8,
    message: 'within 2 s this did not happen: cluster "a" is ready',
  });
});
