import type { Pod } from '@berth/kinds';
import type { LabelRequirement } from '@berth/machinery';
import type { ClusterView } from '../reconciler.ts';
import { LabelIndex } from '../selection/label-index.ts';

/** The pods of a namespace that meet the requirements. What many selectors ask of the same pods is indexed once. */
export function selectedPods(
  view: ClusterView,
  namespace: string,
  requirements: readonly LabelRequirement[],
): readonly Pod[] {
  return view.derived(indexPods, 'pods', namespace).matching(requirements);
}

function indexPods(pods: readonly Pod[]): LabelIndex<Pod> {
  return new LabelIndex(pods);
}
