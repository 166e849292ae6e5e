import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits for a condition instead of a time: asks again and again until `probe` neither throws nor returns a falsy value.
 *
 * @returns what the probe returned.
 * @throws the probe's last error, or one that names what was awaited, when the deadline passes.
 */
export async function eventually<T>(
  awaited: string,
  probe: () => T | Promise<T>,
  deadlineMs = 20_000,
): Promise<Truthy<Awaited<T>>> {
  const deadline = Date.now() + deadlineMs;
  let lastError: unknown;
  for (;;) {
    try {
      const result = await probe();
      if (isTruthy(result)) return result;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    if (Date.now() > deadline) {
      throw lastError ?? new Error(`within ${deadlineMs} ms, this did not come true: ${awaited}`);
    }
    await delay(10);
  }
}

type Truthy<T> = Exclude<T, null | undefined | false | 0 | ''>;

function isTruthy<T>(value: T): value is Truthy<T> {
  return Boolean(value);
}
