import type { ReplicaSet } from '@berth/kinds';
import type { Rollout } from '../rollout.ts';
import { isActiveSet } from '../deployment-facts.ts';
import type { Step } from '../step.ts';
import type { BlueGreenContext } from './blue-green-context.ts';
import { gateUpkeep } from './gate-upkeep.ts';
import { asLive, isGated, sideOf, withoutMarks } from './sides.ts';

/** A step of another strategy, over sets of which some are of a time when it was blue/green: all their pods serve. */
export function withoutChangeover(step: Step, context: BlueGreenContext): Step {
  const { newSet, oldSets } = step.target;
  if (!oldSets.some(isGated) && !(newSet && isGated(newSet))) return step;
  const target: Rollout = {
    ...step.target,
    newSet: newSet && (isGated(newSet) && sideOf(newSet) !== 'live' ? asLive(newSet) : newSet),
    oldSets: oldSets.map((set) => (isActiveSet(set) ? set : withoutMarks(set))),
  };
  const serves = (set: ReplicaSet): boolean => sideOf(set) !== 'retired';
  return { ...step, target, actions: gateUpkeep(target, { ...context, serves }) };
}
