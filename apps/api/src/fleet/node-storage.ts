import { apiVersionOf, type KindRegistry, type PodReferences } from '@berth/kinds';
import { renderStoredBody } from '@berth/machinery';
import type { AssignedObject, ClusterObjectKey, Store } from '@berth/store';
import type { PodReferencesOf } from '../route/pod-references-of.ts';

const podResource = 'pods';
const volumeResource = 'persistentvolumes';

/** All volumes of a node, over all clusters that are not suspended: `{"items":[{"cluster","object"}, …]}`. */
export async function nodeVolumes(
  { store, kinds }: { readonly store: Store; readonly kinds: KindRegistry },
  node: string,
): Promise<string> {
  const assigned = (await store.assignedTo(node)).filter(({ resource }) => resource === volumeResource);
  const definition = kinds.byResource(volumeResource);
  if (definition === undefined) throw new Error(`no cluster serves ${volumeResource}`);
  const typeMeta = { apiVersion: apiVersionOf(definition.versions[0]), kind: definition.kind };
  const items = (await store.readBodies(assigned)).map(({ clusterId, body, revision }) => {
    const object = renderStoredBody(body, revision, typeMeta);
    return `{"cluster":${JSON.stringify(clusterId)},"object":${object}}`;
  });
  return `{"items":[${items.join(',')}]}`;
}

/**
 * When what the node's pods take in changed last: `{"items":[{"cluster","resource","namespace","name","revision"}, …]}`.
 * What is not there has no item. No content: an agent asks often, and reads only what changed.
 */
export async function nodeInputs(
  { store, referencesOf }: { readonly store: Store; readonly referencesOf: PodReferencesOf },
  node: string,
): Promise<string> {
  const pods = (await store.assignedTo(node)).filter(({ resource }) => resource === podResource);
  const references = await referencesOf(pods);
  const keys = pods.flatMap((pod, index) => inputKeys(pod, references[index]));
  const distinct = new Map(keys.map((key) => [JSON.stringify(key), key]));
  const found = await store.readRevisions([...distinct.values()]);
  const items = found.map(({ clusterId, ...rest }) => ({ cluster: clusterId, ...rest }));
  return JSON.stringify({ items });
}

function inputKeys(
  { clusterId, namespace }: AssignedObject,
  references: PodReferences | undefined,
): ClusterObjectKey[] {
  const keys = (resource: string, names: ReadonlySet<string> | undefined) =>
    [...(names ?? [])].map((name) => ({ clusterId, resource, namespace, name }));
  return [
    ...keys('configmaps', references?.configMaps),
    ...keys('secrets', references?.secrets),
    ...keys('persistentvolumeclaims', references?.claims),
  ];
}
