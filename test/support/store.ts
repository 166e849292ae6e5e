import type { ClusterStore, ObjectKey, Outcome, Store, Write } from '@berth/store';
import { openStore, type OpenStoreOptions } from '@berth/store';
import { afterAll } from 'vitest';
import { createHintBus, type TestHintBus } from './hint-bus.ts';
import { createTestDatabase } from './postgres.ts';

export interface TestStore {
  readonly store: Store;
  readonly hints: TestHintBus;
  readonly databaseUrl: string;
  /** Another store on the same database, as another process has it. */
  readonly openAnother: (options?: Partial<OpenStoreOptions>) => Store;
  /** A new cluster, with nothing in it but the writes given. */
  readonly newCluster: (seed?: readonly Write[]) => Promise<ClusterStore>;
}

/** A store on a database of its own, for a test file; closed after the file's tests. */
export async function openTestStore(options: Partial<OpenStoreOptions> = {}): Promise<TestStore> {
  const databaseUrl = await createTestDatabase();
  const hints = createHintBus();
  const stores: Store[] = [];
  const openAnother = (more: Partial<OpenStoreOptions> = {}) => {
    const store = openStore({ databaseUrl, hints, ...options, ...more });
    stores.push(store);
    return store;
  };
  const store = openAnother();
  afterAll(async () => {
    await Promise.all(stores.map((each) => each.close()));
  });
  let clusters = 0;
  return {
    store,
    hints,
    databaseUrl,
    openAnother,
    async newCluster(seed = []) {
      const clusterId = `cluster-${++clusters}`;
      await store.createCluster({ clusterId, tenantId: 'tenant', seed });
      return store.cluster(clusterId);
    },
  };
}

/** Ends a cluster and removes all of it. */
export async function deleteCluster({ removals }: Store, clusterId: string): Promise<void> {
  await removals.begin(clusterId);
  while ((await removals.removeRows(clusterId, 1_000)) > 0);
  await removals.end(clusterId);
}

export function configMap(name: string, namespace = 'default'): ObjectKey {
  return { resource: 'configmaps', namespace, name };
}

export function namespaceKey(name: string): ObjectKey {
  return { resource: 'namespaces', namespace: '', name };
}

/** A body as the codec makes it, with `value` to tell one state from another. */
export function bodyOf(key: ObjectKey, value: unknown = ''): string {
  return JSON.stringify({ metadata: { name: key.name, namespace: key.namespace }, data: { value } });
}

type Extra = Partial<Omit<Write, 'op' | keyof ObjectKey>> & { readonly value?: unknown };

function write(op: Write['op'], key: ObjectKey, extra: Extra = {}): Write {
  const { value, ...rest } = extra;
  return { op, ...key, uid: `uid-of-${key.name}`, body: bodyOf(key, value), ...rest };
}

export const create = (key: ObjectKey, extra?: Extra): Write => write('create', key, extra);
export const update = (key: ObjectKey, extra?: Extra): Write => write('update', key, extra);
export const remove = (key: ObjectKey, extra?: Extra): Write => write('delete', key, extra);

/** The revision of a write that must have been applied. */
export function appliedRevision(outcome: Outcome): number {
  if (outcome.status !== 'applied') throw new Error(`not applied: ${JSON.stringify(outcome)}`);
  return outcome.revision;
}
