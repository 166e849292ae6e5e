import type { PolicyRule } from '../generated/api-types.ts';

export const reads = 'get list watch';
export const writes = 'create delete deletecollection patch update';
export const readsAndWrites = 'create delete deletecollection get list patch update watch';

/** A rule on resources; several verbs and groups stand apart by blanks, and `core` is the group without a name. */
export function onResources(verbs: string, groups: string, resources: string): PolicyRule {
  return {
    verbs: words(verbs),
    apiGroups: words(groups).map((group) => (group === 'core' ? '' : group)),
    resources: words(resources),
  };
}

/** The rule for objects of one name alone. */
export function named(name: string, rule: PolicyRule): PolicyRule {
  return { ...rule, resourceNames: [name] };
}

/** A rule on paths that are no resources. */
export function onPaths(paths: string): PolicyRule {
  return { verbs: ['get'], nonResourceURLs: words(paths) };
}

/** Recording of Events, in both of their groups. */
export const recordsEvents = onResources('create patch update', 'core events.k8s.io', 'events');

function words(text: string): string[] {
  return text.split(/\s+/);
}
