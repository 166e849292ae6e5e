import type { ClusterView, ReconcileContext } from '../reconciler.ts';
import { blueGreenStep } from './blue-green/blue-green-step.ts';
import { isBlueGreen } from './blue-green/settings.ts';
import { withoutChangeover } from './blue-green/without-changeover.ts';
import { isRollingUpdate } from './deployment-facts.ts';
import { surplusSets } from './history.ts';
import { newReplicaSet } from './new-replica-set.ts';
import { isScaled, scaleSets } from './proportional-scaling.ts';
import { areOldPodsGone, recreateStep } from './recreate.ts';
import { refusedStep } from './refused-set.ts';
import { newSetSize, rollingStep } from './rolling-update.ts';
import { resized, type Rollout } from './rollout.ts';
import { isComplete } from './status.ts';
import type { Step } from './step.ts';

export interface StepContext extends Pick<ReconcileContext, 'now' | 'mostCreates' | 'createRefusal'> {
  readonly view: ClusterView;
}

/** What is to be done next for a Deployment that is not going. */
export function nextStep(rollout: Rollout, context: StepContext): Step {
  const { deployment, newSet } = rollout;
  const mayCreate = context.mostCreates === undefined;
  if (!newSet && !mayCreate && !deployment.spec?.paused) {
    return refusedStep(rollout, context.createRefusal ?? 'it was refused');
  }
  if (isBlueGreen(deployment)) {
    return withHistory(blueGreenStep(rollout, { ...context, mayCreate }), rollout);
  }
  return withoutChangeover(plainStep(rollout, context), context);
}

function plainStep(rollout: Rollout, { view }: StepContext): Step {
  const { deployment } = rollout;
  if (deployment.spec?.paused) {
    return { target: scaleSets(rollout), surplus: surplusSets(rollout), progress: 'keep' };
  }
  if (isScaled(rollout)) return { target: scaleSets(rollout), progress: 'keep' };
  const target = isRollingUpdate(deployment) ? rolled(rollout) : recreated(rollout, view);
  return withHistory({ target, progress: 'estimate' }, rollout);
}

function rolled(rollout: Rollout): Rollout {
  if (rollout.newSet) return rollingStep(rollout);
  const made = newReplicaSet(rollout, { isGated: false });
  const size = newSetSize({ ...rollout, newSet: made });
  return { ...rollout, newSet: resized(made, size, rollout.deployment) };
}

function recreated(rollout: Rollout, view: ClusterView): Rollout {
  const isFree = areOldPodsGone(rollout, view);
  if (rollout.newSet || !isFree) return recreateStep(rollout, { isFree });
  return recreateStep({ ...rollout, newSet: newReplicaSet(rollout, { isGated: false }) }, { isFree });
}

/** History is cut when a rollout is over, so that none of it is lost to one that fails. */
function withHistory(step: Step, { deployment }: Rollout): Step {
  const isOver = isComplete(step.target, deployment.status ?? {});
  return isOver ? { ...step, surplus: surplusSets(step.target) } : step;
}
