import type { Namespace } from '@berth/kinds';
import { toTime } from '@berth/machinery';
import type { RemainingContent } from './namespace-content.ts';

type NamespaceCondition = NonNullable<NonNullable<Namespace['status']>['conditions']>[number];

/** How a namespace's deletion goes on, in Kubernetes' words: what still holds it. */
export function deletionConditions(
  current: readonly NamespaceCondition[],
  content: readonly RemainingContent[],
  now: Date,
): NamespaceCondition[] {
  const states = [
    fine('NamespaceDeletionDiscoveryFailure', 'ResourcesDiscovered', 'All resources successfully discovered'),
    fine(
      'NamespaceDeletionGroupVersionParsingFailure',
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ),
    fine(
      'NamespaceDeletionContentFailure',
      'ContentDeleted',
      'All content successfully deleted, may be waiting on finalization',
    ),
    remainingContent(content),
    remainingFinalizers(content),
  ];
  return states.map((state) => {
    const before = current.find((condition) => condition.type === state.type);
    const lastTransitionTime = before?.status === state.status ? before.lastTransitionTime : undefined;
    return { ...state, lastTransitionTime: lastTransitionTime ?? toTime(now) };
  });
}

function remainingContent(content: readonly RemainingContent[]): NamespaceCondition {
  const type = 'NamespaceContentRemaining';
  if (content.length === 0) return fine(type, 'ContentRemoved', 'All content successfully removed');
  // Upstream writes the group after a dot even when it is empty: `pods. has 2 resource instances`.
  const counts = content.map(({ definition, objects }) => {
    return `${definition.plural}.${definition.versions[0].group} has ${objects.length} resource instances`;
  });
  const message = `Some resources are remaining: ${counts.sort().join(', ')}`;
  return { type, status: 'True', reason: 'SomeResourcesRemain', message };
}

function remainingFinalizers(content: readonly RemainingContent[]): NamespaceCondition {
  const type = 'NamespaceFinalizersRemaining';
  const counts = new Map<string, number>();
  for (const { objects } of content) {
    for (const finalizer of objects.flatMap((object) => object.metadata.finalizers ?? [])) {
      counts.set(finalizer, (counts.get(finalizer) ?? 0) + 1);
    }
  }
  if (counts.size === 0) {
    return fine(type, 'ContentHasNoFinalizers', 'All content-preserving finalizers finished');
  }
  const told = [...counts].map(([finalizer, count]) => `${finalizer} in ${count} resource instances`);
  const message = `Some content in the namespace has finalizers remaining: ${told.sort().join(', ')}`;
  return { type, status: 'True', reason: 'SomeFinalizersRemain', message };
}

function fine(type: string, reason: string, message: string): NamespaceCondition {
  return { type, status: 'False', reason, message };
}
