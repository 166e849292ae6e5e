import type { Deployment } from '@berth/kinds';
import type { News } from '../news.ts';
import { newSetName } from './new-replica-set.ts';
import { progressing } from './progress.ts';
import type { Rollout } from './rollout.ts';
import type { Step } from './step.ts';

export const refusedReason = 'ReplicaSetCreateError';

/** The rollout stands still: its new set was refused. The old ones stay as they are. */
export function refusedStep(rollout: Rollout, refusal: string): Step {
  const message = refusalMessage(rollout.deployment, refusal);
  const news: News = { eventType: 'Warning', reason: refusedReason, message };
  return {
    target: rollout,
    news: [news],
    progress: { text: progressing('False', refusedReason, message), renews: false },
  };
}

function refusalMessage(deployment: Deployment, refusal: string): string {
  return `Failed to create new replica set "${newSetName(deployment).name}": ${refusal}`;
}
