import { and, asc, eq } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { clusters, objects } from '../schema/tables.ts';
import type { AssignedObject, ClusterObject, ClusterObjectKey } from '../store.ts';
import { translated } from '../translate-error.ts';

export function assignedTo(database: Database, node: string): Promise<AssignedObject[]> {
  const { clusterId, resource, namespace, name, uid, revision } = objects;
  return translated('read', () =>
    database.fleet
      .select({ clusterId, resource, namespace, name, uid, revision })
      .from(objects)
      .innerJoin(clusters, and(eq(clusters.id, objects.clusterId), eq(clusters.suspended, false)))
      .where(eq(objects.node, node))
      .orderBy(asc(clusterId), asc(resource), asc(namespace), asc(name)),
  );
}

export function readBodies(database: Database, refs: readonly ClusterObjectKey[]): Promise<ClusterObject[]> {
  if (refs.length === 0) return Promise.resolve([]);
  return translated('read', async () => {
    const column = (field: keyof ClusterObjectKey) => refs.map((ref) => ref[field]);
    const rows = await database.fleetSql<ClusterObject[]>`
      select o.cluster_id as "clusterId", o.resource, o.namespace, o.name, o.uid, o.revision, o.body
      from unnest(${column('clusterId')}::text[], ${column('resource')}::text[], ${column('namespace')}::text[],
        ${column('name')}::text[]) as ref (cluster_id, resource, namespace, name)
      cross join lateral (
        select o.* from berth.objects o
        where o.cluster_id = ref.cluster_id and o.resource = ref.resource and o.namespace = ref.namespace
          and o.name = ref.name
        offset 0
      ) o`;
    return [...rows];
  });
}
