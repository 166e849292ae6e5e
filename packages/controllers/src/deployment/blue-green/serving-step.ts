import { blueGreenAnnotations, type Pod, type ReplicaSet } from '@berth/kinds';
import { isActiveSet, wantedReplicas } from '../deployment-facts.ts';
import { rollingStep } from '../rolling-update.ts';
import { abortedReason } from '../progress.ts';
import { resized, type Rollout } from '../rollout.ts';
import type { Step } from '../step.ts';
import type { BlueGreenContext } from './blue-green-context.ts';
import { commandOf, ignored } from './commands.ts';
import { couldServeSince } from './gate.ts';
import { settingsOf } from './settings.ts';
import { asAborted, retiredAt, sideOf, withoutMarks } from './sides.ts';
import { isServing, sized } from './sized.ts';
import { switchOver } from './switch-over.ts';
import { givenUp } from './progress-texts.ts';

/** The new set serves. The one before it stays for a while, so that there is a way back. */
export function servingStep(rollout: Rollout, newSet: ReplicaSet, context: BlueGreenContext): Step {
  if (commandOf(rollout, newSet) === 'abort') return wayBack(rollout, newSet, context);
  const { deployment } = rollout;
  const { keepOldMs } = settingsOf(deployment);
  const now = context.now.getTime();
  const wakes: number[] = [];
  const kept = rollout.oldSets.flatMap((set) => {
    if (isServing(set)) return [];
    if (!isActiveSet(set)) return [withoutMarks(set)];
    const until = sideOf(set) === 'retired' ? retiredAt(set) + keepOldMs : 0;
    if (until <= now) return [resized(withoutMarks(set), 0, deployment)];
    wakes.push(until);
    return [sized(set, rollout)];
  });
  // Sets without the gate, of before the strategy was this one, replace each other step by step.
  const olds = rollout.oldSets.filter(isServing);
  const step = rollingStep({ ...rollout, newSet, oldSets: olds });
  const target = { ...step, oldSets: [...kept, ...step.oldSets] };
  return { target, uncounted: kept.filter((set) => sideOf(set) === 'retired'), wakes, progress: 'estimate' };
}

function wayBack(rollout: Rollout, newSet: ReplicaSet, context: BlueGreenContext): Step {
  const { deployment, oldSets } = rollout;
  const kept = oldSets.find((set) => isActiveSet(set) && sideOf(set) === 'retired');
  const consumed = [blueGreenAnnotations.abort];
  if (!kept || !isWhole(kept, rollout, context)) {
    const news = [ignored(rollout, 'abort', 'no old pods are there to go back to')];
    return { ...servingStep(withoutCommand(rollout), newSet, context), news, consumed };
  }
  const { sets, actions } = switchOver(rollout, kept, context);
  const live = sets.find(({ metadata }) => metadata.name === kept.metadata.name) ?? kept;
  const message = `Moved all traffic back from replica set ${newSet.metadata.name} to ${kept.metadata.name}`;
  return {
    target: {
      deployment,
      newSet: resized(asAborted(newSet), 0, deployment),
      oldSets: oldSets.map((set) => (set === kept ? live : set)),
    },
    actions,
    news: [{ eventType: 'Normal', reason: abortedReason, message }],
    consumed,
    progress: { text: givenUp(newSet, [live]), renews: false },
  };
}

function withoutCommand(rollout: Rollout): Rollout {
  const { deployment } = rollout;
  const { [blueGreenAnnotations.abort]: _abort, ...annotations } = deployment.metadata.annotations ?? {};
  return { ...rollout, deployment: { ...deployment, metadata: { ...deployment.metadata, annotations } } };
}

function isWhole(set: ReplicaSet, { deployment }: Rollout, { view, now }: BlueGreenContext): boolean {
  const pods = view.ownedBy<Pod>(set.metadata.uid ?? '', 'pods');
  const ready = pods.filter((pod) => (couldServeSince(pod, 0) ?? Number.POSITIVE_INFINITY) <= now.getTime());
  return ready.length >= wantedReplicas(deployment);
}
