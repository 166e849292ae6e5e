import { setTimeout as delay } from 'node:timers/promises';
import { type StatusError, tooManyRequestsError } from '@berth/machinery';

/**
 * How long a refusal is held back. Who asks again at once, whatever `Retry-After` says, would otherwise keep the thread busy with
 * refusals alone.
 */
const holdMs = 250;
/** Refusals that are held at once; any more are told at once. */
const mostHeld = 2_000;
const longestRetrySeconds = 60;

/** Says no, in upstream's words and not too fast. */
export function createRefusals(): (waitMs: number) => Promise<StatusError> {
  let held = 0;
  return async (waitMs) => {
    if (held < mostHeld) {
      held++;
      await delay(holdMs);
      held--;
    }
    const seconds = Math.min(longestRetrySeconds, Math.max(1, Math.ceil(waitMs / 1_000)));
    return tooManyRequestsError('too many requests, please try again later', seconds);
  };
}
