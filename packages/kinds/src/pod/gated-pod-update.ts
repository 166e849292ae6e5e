import { type FieldError, invalid, path, semanticEqual } from '@berth/machinery';
import type { NodeAffinity, NodeSelectorTerm, PodSpec } from '../generated/api-types.ts';

const specAt = path('spec');

/**
 * A pod that waits behind scheduling gates may still become pickier about its node. What may change is put back in
 * `rest`, in place, so that the caller can compare what is left with the old spec.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/pod-scheduling-readiness/#mutable-pod-scheduling-directives
 */
export function validatePlacementUpdate(rest: PodSpec, old: PodSpec): FieldError[] {
  const errors: FieldError[] = [];
  if (!semanticEqual(rest.nodeSelector, old.nodeSelector)) {
    errors.push(...validateNodeSelector(rest.nodeSelector ?? {}, old.nodeSelector ?? {}));
    if (old.nodeSelector) rest.nodeSelector = old.nodeSelector;
    else delete rest.nodeSelector;
  }
  const oldAffinity = old.affinity?.nodeAffinity;
  if (semanticEqual(rest.affinity?.nodeAffinity, oldAffinity)) return errors;
  errors.push(...validateNodeAffinity(rest.affinity?.nodeAffinity, oldAffinity));
  const { nodeAffinity: _nodeAffinity, ...others } = rest.affinity ?? {};
  const affinity = oldAffinity ? { ...others, nodeAffinity: oldAffinity } : others;
  if (Object.keys(affinity).length === 0 && !old.affinity) delete rest.affinity;
  else rest.affinity = affinity;
  return errors;
}

function validateNodeSelector(next: Record<string, string>, old: Record<string, string>): FieldError[] {
  if (Object.entries(old).every(([key, value]) => next[key] === value)) return [];
  const detail = 'only additions to spec.nodeSelector are allowed (no mutations or deletions)';
  return [invalid(specAt.child('nodeSelector'), next, detail)];
}

function validateNodeAffinity(next: NodeAffinity | undefined, old: NodeAffinity | undefined): FieldError[] {
  const field = 'requiredDuringSchedulingIgnoredDuringExecution';
  const at = specAt.child('affinity', 'nodeAffinity', field, 'nodeSelectorTerms');
  const oldTerms = old?.[field]?.nodeSelectorTerms ?? [];
  const terms = next?.[field]?.nodeSelectorTerms ?? [];
  if (oldTerms.length > 0 && terms.length !== oldTerms.length) {
    const detail = 'no additions/deletions to non-empty NodeSelectorTerms list are allowed';
    return [invalid(at, terms, detail)];
  }
  return oldTerms.flatMap((oldTerm, index) => {
    const term = terms[index] ?? {};
    if (onlyAdds(term, oldTerm)) return [];
    return [invalid(at.index(index), term, 'only additions are allowed (no mutations or deletions)')];
  });
}

function onlyAdds(term: NodeSelectorTerm, old: NodeSelectorTerm): boolean {
  const lists = ['matchExpressions', 'matchFields'] as const;
  // An empty term selects nothing, so that anything in it would select more.
  const isEmpty = (of: NodeSelectorTerm) => lists.every((list) => (of[list] ?? []).length === 0);
  if (isEmpty(old)) return isEmpty(term);
  return lists.every((list) => {
    const oldList = old[list] ?? [];
    return semanticEqual((term[list] ?? []).slice(0, oldList.length), oldList);
  });
}
