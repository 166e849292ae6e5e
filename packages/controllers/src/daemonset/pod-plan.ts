import type { Pod } from '@berth/kinds';
import type { News } from '../news.ts';

/** A pod that a node is to get. */
export interface NewDaemonPod {
  readonly node: string;
  /** Pods that failed there before, one after the other. */
  readonly failures?: number;
}

/** What is to happen to a DaemonSet's pods, in this order. */
export interface PodPlan {
  readonly news: readonly News[];
  readonly remove: readonly Pod[];
  readonly create: readonly NewDaemonPod[];
  /** When to look again at failed pods, in milliseconds. */
  readonly retryAt: number | undefined;
}

export const nothingPlanned: PodPlan = { news: [], remove: [], create: [], retryAt: undefined };
