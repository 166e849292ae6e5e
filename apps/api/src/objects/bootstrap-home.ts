import { beforeCreate, type KindRegistry, type LifecycleContext, writeAttributes } from '@berth/kinds';
import { encodeStoredBody, type KubeObject } from '@berth/machinery';
import type { ClusterStore, Write } from '@berth/store';
import { LRUCache } from 'lru-cache';
import { bootstrapUid } from './bootstrap-uid.ts';
import type { ObjectHome } from './object-home.ts';

const rememberedClusters = 10_000;
/** A cluster of the same name may have taken the place of the one that was looked at. */
const rememberedForMs = 60_000;

/** Makes the objects that a cluster has from the beginning, unless it has them. */
export interface Bootstrapper {
  readonly ensure: (log: ClusterStore, objects: readonly KubeObject[]) => Promise<void>;
  /** Some of them may be gone: the next one who comes looks again. */
  readonly forget: (log: ClusterStore, objects: readonly KubeObject[]) => void;
}

/**
 * Objects are looked for now and then, when their kind is used; in between the controllers look after them. In a cluster that
 * takes no writes there are none until it does.
 */
export function createBootstrapper(kinds: KindRegistry, context: () => LifecycleContext): Bootstrapper {
  const making = new LRUCache<string, Promise<void>>({ max: rememberedClusters, ttl: rememberedForMs });
  const removed = new LRUCache<string, true>({ max: rememberedClusters });
  const keyOf = ({ clusterId }: ClusterStore, [first]: readonly KubeObject[]): string =>
    `${clusterId}/${first?.apiVersion} ${first?.kind}`;
  return {
    ensure(log, objects) {
      if (objects.length === 0) return Promise.resolve();
      const key = keyOf(log, objects);
      const known = making.get(key);
      if (known !== undefined) return known;
      const isAgain = removed.has(key);
      const made = makeMissing(log, { objects, kinds, context: context(), isAgain }).catch(
        (error: unknown) => {
          making.delete(key);
          throw error;
        },
      );
      making.set(key, made);
      return made;
    },
    forget(log, objects) {
      const key = keyOf(log, objects);
      making.delete(key);
      removed.set(key, true);
    },
  };
}

/** A home whose objects are made when somebody first comes to look. */
export function bootstrapHome(
  home: ObjectHome,
  { ready, onRemoved }: { readonly ready: () => Promise<void>; readonly onRemoved: () => void },
): ObjectHome {
  return {
    get: async (key) => ready().then(() => home.get(key)),
    list: async (query) => ready().then(() => home.list(query)),
    async write(write) {
      await ready();
      const outcome = await home.write(write);
      if (write.op === 'delete') onRemoved();
      return outcome;
    },
  };
}

interface Bootstrap {
  readonly objects: readonly KubeObject[];
  readonly kinds: KindRegistry;
  readonly context: LifecycleContext;
  /** Somebody deleted some of them: who waits for that to be over must see other objects. */
  readonly isAgain: boolean;
}

async function makeMissing(log: ClusterStore, bootstrap: Bootstrap): Promise<void> {
  const writes = bootstrap.objects.map((object) => createOf(log.clusterId, object, bootstrap));
  // One query, and one commit; another process that does the same at the same time loses, and nothing is made twice.
  const present = await Promise.all(writes.map((write) => log.get(write)));
  await Promise.all(
    writes.filter((_, index) => present[index] === undefined).map((write) => log.write(write)),
  );
}

function createOf(clusterId: string, object: KubeObject, { kinds, context, isAgain }: Bootstrap): Write {
  const served = kinds.byGroupVersionKind(object.apiVersion, object.kind);
  if (served === undefined) throw new Error(`no cluster serves ${object.apiVersion} ${object.kind}`);
  const { object: created } = beforeCreate(served.definition, object, {
    ...context,
    ...(!isAgain && { newUid: () => bootstrapUid(clusterId, object) }),
  });
  return { op: 'create', ...writeAttributes(served.definition, created), body: encodeStoredBody(created) };
}
