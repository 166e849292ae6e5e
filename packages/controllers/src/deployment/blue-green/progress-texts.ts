import { blueGreenAnnotations, type ReplicaSet } from '@berth/kinds';
import { toTime } from '@berth/machinery';
import { type ConditionText, conditionOf } from '../conditions.ts';
import { wantedReplicas } from '../deployment-facts.ts';
import { abortedReason, awaitingReason, deadlineAt, progressing, timedOutReason } from '../progress.ts';
import type { Rollout } from '../rollout.ts';
import type { Step } from '../step.ts';

const nameOf = ({ metadata }: ReplicaSet): string => `ReplicaSet "${metadata.name}"`;

/** The new pods are not all ready: as many more as there are, it goes on. */
export function comingUp(
  rollout: Rollout,
  newSet: ReplicaSet,
  options: { ready: number; now: Date },
): Step['progress'] {
  const { deployment } = rollout;
  const { ready, now } = options;
  const message = `${nameOf(newSet)} is progressing: ${ready} of ${wantedReplicas(deployment)} pods are ready to take over.`;
  const current = conditionOf(deployment.status?.conditions, 'Progressing');
  const isNews = current?.message !== message && current?.reason !== timedOutReason;
  if (isNews) return { text: progressing('True', 'ReplicaSetUpdated', message), renews: true };
  const deadline = deadlineAt(deployment, deployment.status ?? {});
  if (deadline === undefined || deadline >= now.getTime()) return 'keep';
  const text = progressing('False', timedOutReason, `${nameOf(newSet)} has timed out progressing.`);
  return { text, renews: false };
}

/** The new pods are all ready, and wait: for a time (milliseconds), or for somebody to say so. */
export function awaiting(newSet: ReplicaSet, name: string, at: number | undefined): ConditionText {
  const { promote } = blueGreenAnnotations;
  const message =
    at === undefined
      ? `${nameOf(newSet)} is ready to take over and waits for ${promote}=true (berth rollout promote ${name}).`
      : `${nameOf(newSet)} is ready to take over and will at ${toTime(new Date(at))}.`;
  return progressing('True', awaitingReason, message);
}

export function givenUp(newSet: ReplicaSet, serving: readonly ReplicaSet[]): ConditionText {
  const [first] = serving;
  const rest = first ? `${nameOf(first)} has all traffic` : 'nothing else is there';
  return progressing('False', abortedReason, `${nameOf(newSet)} was given up; ${rest}.`);
}
