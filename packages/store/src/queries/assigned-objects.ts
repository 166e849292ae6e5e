import { and, asc, eq } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { clusters, objects } from '../schema/tables.ts';
import type {
  AssignedChanges,
  AssignedObject,
  AssignedVersion,
  ClusterObject,
  ClusterObjectKey,
  ClusterObjectRevision,
} from '../store.ts';
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

/** Reads the cluster's objects of one resource alone, whatever else the nodes hold. */
export function assignedVersions(
  database: Database,
  { clusterId, resource, nodes }: { clusterId: string; resource: string; nodes: readonly string[] },
): Promise<ReadonlyMap<string, AssignedVersion>> {
  return translated('read', async () => {
    // Of its own indexes the cluster's is the one to use: that of nodes leads through everything that they hold.
    const rows = await database.fleetSql<(AssignedVersion & { node: string })[]>`
      select o.node, count(*)::integer as count, max(o.revision) as newest
      from (
        select node, revision from berth.objects where cluster_id = ${clusterId} and resource = ${resource} offset 0
      ) o
      where o.node = any(${[...nodes]})
        and exists (select from berth.clusters where id = ${clusterId} and not suspended)
      group by o.node`;
    return new Map(rows.map(({ node, count, newest }) => [node, { count, newest }]));
  });
}

export function assignedSince(
  database: Database,
  node: string,
  { clusterId, resource, revision }: { clusterId: string; resource: string; revision: number },
): Promise<AssignedChanges> {
  return translated('read', async () => {
    const rows = await database.fleetSql<(AssignedObject & { count: number })[]>`
      with assigned as materialized (
        select o.cluster_id, o.resource, o.namespace, o.name, o.uid, o.revision
        from berth.objects o
        where o.node = ${node} and o.cluster_id = ${clusterId} and o.resource = ${resource}
          and exists (select from berth.clusters where id = ${clusterId} and not suspended)
      )
      select t.count, a.cluster_id as "clusterId", a.resource, a.namespace, a.name, a.uid, a.revision
      from (select count(*)::integer as count from assigned) t
      left join assigned a on a.revision > ${revision}`;
    const changed = rows.flatMap(({ count: _count, ...object }) => (object.uid === null ? [] : [object]));
    return { count: rows[0]?.count ?? 0, changed };
  });
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

export function readRevisions(
  database: Database,
  refs: readonly ClusterObjectKey[],
): Promise<ClusterObjectRevision[]> {
  if (refs.length === 0) return Promise.resolve([]);
  return translated('read', async () => {
    const column = (field: keyof ClusterObjectKey) => refs.map((ref) => ref[field]);
    const rows = await database.fleetSql<ClusterObjectRevision[]>`
      select o.cluster_id as "clusterId", o.resource, o.namespace, o.name, o.revision
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
