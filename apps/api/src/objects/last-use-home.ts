import { apiVersionOf, type KindDefinition, resourceName } from '@berth/kinds';
import { decodeStoredBody, encodeStoredBody } from '@berth/machinery';
import type { ListPage, ListQuery, ObjectKey, Store, StoredObject } from '@berth/store';
import { parseUse } from '../tokens/token-uses.ts';
import type { ObjectHome } from './object-home.ts';

interface LastUseParts {
  readonly store: Pick<Store, 'heartbeats'>;
  readonly clusterId: string;
  readonly definition: KindDefinition;
  readonly withLastUse: NonNullable<KindDefinition['withLastUse']>;
}

/** The home of objects whose last use is kept beside them, in a row of its own that goes with the object. */
export function lastUseHome(home: ObjectHome, parts: LastUseParts): ObjectHome {
  const { clusterId, definition } = parts;
  const { heartbeats } = parts.store;
  const resource = resourceName(definition);
  return {
    async get(key) {
      const found = await home.get(key);
      return found && withUse(parts, found, await heartbeats.get(clusterId, key));
    },
    async list(query) {
      // Uses first: a use that has no object then has none any more.
      const uses = new Map(
        (await heartbeats.list(clusterId, { resource })).map((use) => [placeOf(use), use]),
      );
      const page = await home.list(query);
      if (isWhole(query, page)) await removeOrphans(parts, page.items, uses);
      const items = page.items.map((item) => withUse(parts, item, uses.get(placeOf(item))));
      return { ...page, items };
    },
    async write(write) {
      const outcome = await home.write(write);
      if (write.op === 'delete' && outcome.status === 'applied') await heartbeats.remove(clusterId, write);
      return outcome;
    },
  };
}

function withUse(
  { definition, withLastUse }: LastUseParts,
  stored: StoredObject,
  use: StoredObject | undefined,
): StoredObject {
  // An earlier object of the name may have left its own behind.
  if (use === undefined || use.uid !== stored.uid) return stored;
  const typeMeta = { apiVersion: apiVersionOf(definition.versions[0]), kind: definition.kind };
  const { metadata, ...object } = withLastUse(
    decodeStoredBody(stored.body, stored.revision, typeMeta),
    parseUse(use.body),
  );
  const { resourceVersion: _revision, ...kept } = metadata;
  return { ...stored, body: encodeStoredBody({ ...object, metadata: kept }) };
}

/** Objects that a controller removes leave their use behind. */
async function removeOrphans(
  { store, clusterId }: LastUseParts,
  items: readonly StoredObject[],
  uses: ReadonlyMap<string, StoredObject>,
): Promise<void> {
  const present = new Set(items.map(placeOf));
  const orphans = [...uses].filter(([place]) => !present.has(place));
  await Promise.all(orphans.map(([, use]) => store.heartbeats.remove(clusterId, use)));
}

function isWhole({ after, namespace, revision }: ListQuery, { remaining }: ListPage): boolean {
  return after === undefined && namespace === undefined && revision === undefined && remaining === 0;
}

function placeOf({ namespace, name }: ObjectKey): string {
  return `${namespace}/${name}`;
}
