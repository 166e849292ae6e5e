import type { CliContext } from '../cli-context.ts';
import { CliError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';

const pollMs = 200;

/**
 * Looks again and again until something has come true.
 *
 * @param look undefined while it has not
 * @throws CliError TIMED_OUT, telling what was waited for
 */
export async function waitUntil<T>(
  { now, sleep }: Pick<CliContext, 'now' | 'sleep'>,
  waiting: { readonly awaited: string; readonly timeoutSeconds: number },
  look: () => Promise<T | undefined>,
): Promise<T> {
  const deadline = now().getTime() + waiting.timeoutSeconds * 1000;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (now().getTime() >= deadline) {
      const message = `within ${waiting.timeoutSeconds} s this did not happen: ${waiting.awaited}`;
      throw new CliError('TIMED_OUT', message, { exitCode: exitCodes.timedOut });
    }
    await sleep(pollMs);
  }
}
