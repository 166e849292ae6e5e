import type { ReplicaSet } from '@berth/kinds';
import type { News } from '../news.ts';
import type { Action } from '../reconciler.ts';
import type { ConditionText } from './conditions.ts';
import type { Rollout } from './rollout.ts';

/** What one pass over a Deployment decides. */
export interface Step {
  /** The sets as they are to be; a new one has no uid yet. */
  readonly target: Rollout;
  /** Old sets that nobody needs any more. */
  readonly surplus?: readonly ReplicaSet[];
  /**
   * What the Progressing condition says: a text (`renews`: anew although it said the same before), what follows from the
   * counts (`estimate`), or nothing new (`keep`: no rollout is under way).
   */
  readonly progress: 'estimate' | 'keep' | { readonly text: ConditionText; readonly renews: boolean };
  /** Sets whose pods do not count as the Deployment's. */
  readonly uncounted?: readonly ReplicaSet[];
  /** Of pods. */
  readonly actions?: readonly Action[];
  readonly news?: readonly News[];
  /** Annotations of the Deployment that have done what they were there for. */
  readonly consumed?: readonly string[];
  /** Times at which there is something to look at again, in milliseconds. */
  readonly wakes?: readonly number[];
}
