import { blueGreenAnnotations, type ReplicaSet } from '@berth/kinds';
import type { News } from '../../news.ts';
import { revisionOf } from '../revision.ts';
import type { Rollout } from '../rollout.ts';

/** What a user asks for by an annotation that is taken off when it is done. */
export type Command = 'promote' | 'abort';

/** What is asked for of the new set: an annotation says `true`, or the revision that it means. Abort wins over promote. */
export function commandOf({ deployment }: Rollout, newSet: ReplicaSet): Command | undefined {
  const { annotations = {} } = deployment.metadata;
  const isMeant = (name: Command): boolean => {
    const value = annotations[blueGreenAnnotations[name]];
    return value === 'true' || value === String(revisionOf(newSet));
  };
  if (isMeant('abort')) return 'abort';
  return isMeant('promote') ? 'promote' : undefined;
}

/** What is told of an annotation that came too late, or means another revision. */
export function ignored({ deployment, newSet }: Rollout, command: Command, why: string): News {
  const value = deployment.metadata.annotations?.[blueGreenAnnotations[command]];
  const revision = newSet ? `revision ${revisionOf(newSet)}` : 'no revision';
  return {
    eventType: 'Warning',
    reason: command === 'promote' ? 'PromotionIgnored' : 'AbortIgnored',
    message: `Ignored ${blueGreenAnnotations[command]}=${value}: ${why} (${revision} is the newest)`,
  };
}

/** Which of these annotations the Deployment has. */
export function givenCommands({ deployment }: Rollout): readonly Command[] {
  const { annotations = {} } = deployment.metadata;
  return (['promote', 'abort'] as const).filter((name) => blueGreenAnnotations[name] in annotations);
}
