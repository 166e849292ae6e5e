import { blueGreenAnnotations, type ReplicaSet } from '@berth/kinds';
import type { News } from '../../news.ts';
import { isActiveSet } from '../deployment-facts.ts';
import { newReplicaSet } from '../new-replica-set.ts';
import { allSets, type Rollout } from '../rollout.ts';
import type { Step } from '../step.ts';
import type { BlueGreenContext } from './blue-green-context.ts';
import { commandOf, givenCommands, ignored } from './commands.ts';
import { gateUpkeep } from './gate-upkeep.ts';
import { servingStep } from './serving-step.ts';
import { asLive, sideOf } from './sides.ts';
import { isServing, sizedAlike } from './sized.ts';
import { waitingStep } from './waiting-step.ts';

/**
 * The next step of a changeover: the new set comes up whole beside the one that serves, and then all traffic moves in one
 * commit. See docs/deployments.md. `mayCreate`: whether a new set can be made.
 */
export function blueGreenStep(
  current: Rollout,
  context: BlueGreenContext & { readonly mayCreate: boolean },
): Step {
  const { deployment } = current;
  const isPaused = deployment.spec?.paused === true;
  const rollout = isPaused ? current : begun(current, context);
  const step = withUnmetCommands(rollout, isPaused ? pausedStep(rollout) : nextStep(rollout, context));
  if ((step.actions ?? []).length > 0) return step;
  const serves = (set: ReplicaSet): boolean => sideOf(set) === 'live';
  return { ...step, actions: gateUpkeep(step.target, { ...context, serves }) };
}

function nextStep(rollout: Rollout, context: BlueGreenContext): Step {
  const { newSet } = rollout;
  if (!newSet) return pausedStep(rollout);
  return sideOf(newSet) === 'live'
    ? servingStep(rollout, newSet, context)
    : waitingStep(rollout, newSet, context);
}

/** The rollout with the new set made. Where nothing serves, it has nothing to wait for. */
function begun(current: Rollout, { mayCreate }: { readonly mayCreate: boolean }): Rollout {
  const newSet = current.newSet ?? (mayCreate ? newReplicaSet(current, { isGated: true }) : undefined);
  if (!newSet) return current;
  const isAlone = !current.oldSets.some((set) => isActiveSet(set) && sideOf(set) === 'live');
  return { ...current, newSet: isAlone && sideOf(newSet) !== 'live' ? asLive(newSet) : newSet };
}

/** Nothing goes on, but what is there follows the Deployment's size. */
function pausedStep(rollout: Rollout): Step {
  const active = allSets(rollout).filter(isActiveSet);
  const serving = active.filter(isServing);
  const followers = serving.length > 1 ? active.filter((set) => !isServing(set)) : active;
  const target = sizedAlike(rollout, active.length > 0 ? followers : allSets(rollout).slice(-1));
  return { target, uncounted: target.oldSets.filter((set) => sideOf(set) === 'retired'), progress: 'keep' };
}

/** Commands that mean another revision, or come when there is nothing to be done, are told of and taken off. */
function withUnmetCommands(rollout: Rollout, step: Step): Step {
  const { deployment, newSet } = rollout;
  if (!newSet || deployment.spec?.paused) return step;
  const isWaiting = sideOf(newSet) !== 'live';
  const consumed = step.consumed ?? [];
  const unmet = givenCommands(rollout).filter((command) => {
    if (consumed.includes(blueGreenAnnotations[command])) return false;
    const isMeant = commandOf(rollout, newSet) === command;
    return !isMeant || (command === 'promote' && !isWaiting);
  });
  const news: News[] = unmet.map((command) =>
    ignored(rollout, command, isWaiting ? 'it is not what waits' : 'nothing waits'),
  );
  return {
    ...step,
    news: [...(step.news ?? []), ...news],
    consumed: [...consumed, ...unmet.map((command) => blueGreenAnnotations[command])],
  };
}
