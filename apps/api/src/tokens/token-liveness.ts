import { carriesToken, type DependencyState, type TokenDependency } from '@berth/auth';
import type { KubeObject } from '@berth/machinery';
import type { Store, StoredObject } from '@berth/store';
import type { ApiDeps } from '../api-deps.ts';

/** Whether everything exists that a token stands and falls with. Asks the database, one query for each cluster. */
export async function isTokenAlive(
  deps: Pick<ApiDeps, 'store' | 'now'>,
  dependencies: readonly TokenDependency[],
): Promise<boolean> {
  return (await missingDependency(deps, dependencies)) === undefined;
}

/** The first of the objects that do not carry their token any more. */
export async function missingDependency(
  { store, now }: Pick<ApiDeps, 'store' | 'now'>,
  dependencies: readonly TokenDependency[],
): Promise<TokenDependency | undefined> {
  const found = await Promise.all(dependencies.map((dependency) => stateOf(store, dependency)));
  return dependencies.find((dependency, place) => !carriesToken(dependency, found[place], now()));
}

async function stateOf(
  store: Pick<Store, 'cluster'>,
  { clusterId, resource, namespace, name }: TokenDependency,
): Promise<DependencyState | undefined> {
  const stored = await store.cluster(clusterId).get({ resource, namespace, name });
  if (stored === undefined) return undefined;
  const deletedAt = deletionOf(stored);
  return { uid: stored.uid, ...(deletedAt !== undefined && { deletedAt }) };
}

function deletionOf({ body }: StoredObject): Date | undefined {
  // Most objects are not being deleted: their bodies need not be parsed to know.
  if (!body.includes('"deletionTimestamp"')) return undefined;
  const { metadata }: Pick<KubeObject, 'metadata'> = JSON.parse(body);
  return metadata.deletionTimestamp === undefined ? undefined : new Date(metadata.deletionTimestamp);
}
