import { blueGreenAnnotations, type Pod, type ReplicaSet } from '@berth/kinds';
import type { News } from '../../news.ts';
import { isActiveSet, wantedReplicas } from '../deployment-facts.ts';
import { conditionOf } from '../conditions.ts';
import { resized, type Rollout } from '../rollout.ts';
import type { Step } from '../step.ts';
import type { BlueGreenContext } from './blue-green-context.ts';
import { commandOf } from './commands.ts';
import { couldServeSince } from './gate.ts';
import { abortedReason, awaitingReason } from '../progress.ts';
import { awaiting, comingUp, givenUp } from './progress-texts.ts';
import { settingsOf } from './settings.ts';
import { asAborted, isAborted, sideOf, withoutMarks } from './sides.ts';
import { isServing, sized } from './sized.ts';
import { switchOver } from './switch-over.ts';

/** The new set is held back: it comes up beside the one that serves, and takes over when it is whole and may. */
export function waitingStep(rollout: Rollout, newSet: ReplicaSet, context: BlueGreenContext): Step {
  const command = commandOf(rollout, newSet);
  if (command === 'abort') return abort(rollout, newSet);
  if (isAborted(newSet) && command !== 'promote') return stayAborted(rollout, newSet);
  const resumed = isAborted(newSet) ? withoutMarks(newSet) : newSet;
  const target = { ...beside(rollout), newSet: sized(resumed, rollout) };
  return takeOver(target, target.newSet, { ...context, isTold: command === 'promote' });
}

function abort(rollout: Rollout, newSet: ReplicaSet): Step {
  const { name } = newSet.metadata;
  const message = `Gave up replica set ${name}; traffic stays where it is`;
  return {
    ...stayAborted(rollout, asAborted(newSet)),
    news: [{ eventType: 'Normal', reason: abortedReason, message }],
    consumed: [blueGreenAnnotations.abort, blueGreenAnnotations.promote],
  };
}

function stayAborted(rollout: Rollout, newSet: ReplicaSet): Step {
  const { deployment, oldSets } = beside(rollout);
  const target = { deployment, oldSets, newSet: resized(newSet, 0, deployment) };
  return { target, progress: { text: givenUp(newSet, oldSets.filter(isServing)), renews: false } };
}

function takeOver(
  target: Rollout,
  newSet: ReplicaSet,
  { view, now, isTold }: BlueGreenContext & { readonly isTold: boolean },
): Step {
  const { deployment } = target;
  const { metadata, spec } = deployment;
  const pods = view.ownedBy<Pod>(newSet.metadata.uid ?? '', 'pods');
  const times = pods
    .flatMap((pod) => couldServeSince(pod, spec?.minReadySeconds ?? 0) ?? [])
    .toSorted((a, b) => a - b);
  const ready = times.filter((at) => at <= now.getTime()).length;
  const wanted = wantedReplicas(deployment);
  if (ready < wanted) {
    const wakes = times.filter((at) => at > now.getTime()).slice(0, 1);
    return { target, wakes, progress: comingUp(target, newSet, { ready, now }) };
  }
  // The way back is always open.
  const isReturn = sideOf(newSet) === 'retired';
  const { promoteAfterMs } = settingsOf(deployment);
  const at = isTold || isReturn ? 0 : promoteAfterMs && (times[wanted - 1] ?? 0) + promoteAfterMs;
  if (at !== undefined && at <= now.getTime()) return promote(target, newSet, { view, now });
  const text = awaiting(newSet, metadata.name, at);
  const isKnown = conditionOf(deployment.status?.conditions, 'Progressing')?.reason === awaitingReason;
  const news: News[] = isKnown
    ? []
    : [{ eventType: 'Normal', reason: awaitingReason, message: text.message }];
  return { target, news, wakes: at === undefined ? [] : [at], progress: { text, renews: false } };
}

function promote(target: Rollout, newSet: ReplicaSet, context: Pick<BlueGreenContext, 'view' | 'now'>): Step {
  const { sets, actions } = switchOver(target, newSet, context);
  const byName = new Map(sets.map((set) => [set.metadata.name, set]));
  const changed = (set: ReplicaSet): ReplicaSet => byName.get(set.metadata.name) ?? set;
  const from = target.oldSets.filter(isServing).map(({ metadata }) => metadata.name);
  const message = `Moved all traffic from replica set ${from.join(', ') || '<none>'} to ${newSet.metadata.name}`;
  const oldSets = target.oldSets.map(changed);
  return {
    target: { ...target, newSet: changed(newSet), oldSets },
    actions,
    uncounted: oldSets.filter((set) => sideOf(set) === 'retired'),
    news: [{ eventType: 'Normal', reason: 'Promoted', message }],
    consumed: [blueGreenAnnotations.promote],
    progress: 'estimate',
  };
}

/** The set that serves stays whole; others would only be in the way. */
function beside(rollout: Rollout): Rollout {
  const serving = rollout.oldSets.filter(isServing);
  const oldSets = rollout.oldSets.map((set) => {
    if (!isActiveSet(set)) return withoutMarks(set);
    if (!isServing(set)) return resized(withoutMarks(set), 0, rollout.deployment);
    return serving.length === 1 ? sized(set, rollout) : set;
  });
  return { ...rollout, oldSets };
}
