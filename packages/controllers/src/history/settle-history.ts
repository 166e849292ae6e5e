import type { ControllerRevision, PodTemplateSpec } from '@berth/kinds';
import { type KubeObject, semanticEqual } from '@berth/machinery';
import { controllerReference } from '../ownership.ts';
import { present } from '../present.ts';
import type { Action, ClusterView } from '../reconciler.ts';
import { revisionData } from './revision-data.ts';
import { revisionHash } from './revision-hash.ts';

export const revisionsResource = 'controllerrevisions.apps';

/** An owner of revisions, as its status and its spec have it now. */
export interface RevisionedOwner {
  readonly object: KubeObject;
  readonly template: PodTemplateSpec;
  readonly collisionCount: number | undefined;
  /** The label under which a revision carries its hash: each kind of owner has its own. */
  readonly hashLabel: string;
}

/** The history of an owner, with the revision that its template is at now. */
export interface History {
  readonly current: ControllerRevision;
  /** Revisions that hold the same template as the current one: leftovers of which one is enough. */
  readonly duplicates: readonly ControllerRevision[];
  /** Revisions of other templates, oldest first. */
  readonly old: readonly ControllerRevision[];
  /** How often a name was taken by a revision of something else. */
  readonly collisionCount: number | undefined;
  /** Creates the current revision, or renumbers it: a template that comes back becomes the latest one again. */
  readonly actions: readonly Action[];
}

const longestNamePrefix = 223;

/**
 * Finds the revision of the owner's template among those that it has, or makes it: one number above all others.
 * https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#revision-history
 */
export function settleHistory(
  owner: RevisionedOwner,
  revisions: readonly ControllerRevision[],
  view: Pick<ClusterView, 'get'>,
): History {
  const data = revisionData(owner.template);
  const sorted = [...revisions].sort(compareRevisions);
  const equal = sorted.filter((revision) => semanticEqual(revision.data, data));
  const old = sorted.filter((revision) => !equal.includes(revision));
  const number = (old.at(-1)?.revision ?? 0) + 1;
  const found = equal.at(-1);
  if (!found) {
    const { current, collisionCount, isNew } = newRevision(owner, { data, number, view });
    const actions: readonly Action[] = isNew ? [{ type: 'create', object: current }] : [];
    return { current, duplicates: [], old, collisionCount, actions };
  }
  const current = withLabel(found.revision < number ? { ...found, revision: number } : found, owner);
  return {
    current,
    duplicates: equal.slice(0, -1),
    old,
    collisionCount: owner.collisionCount,
    actions: current === found ? [] : [{ type: 'update', object: current }],
  };
}

/** The lower number first; of two with one number the older. */
export function compareRevisions(left: ControllerRevision, right: ControllerRevision): number {
  return (
    left.revision - right.revision ||
    createdAt(left) - createdAt(right) ||
    (left.metadata.name < right.metadata.name ? -1 : 1)
  );
}

function createdAt({ metadata }: ControllerRevision): number {
  return Date.parse(metadata.creationTimestamp ?? '') || 0;
}

interface NewRevision {
  readonly data: object;
  readonly number: number;
  readonly view: Pick<ClusterView, 'get'>;
}

/** A name that holds something else is a collision, and the next name is tried; one that holds the same is taken as it is. */
function newRevision(
  owner: RevisionedOwner,
  { data, number, view }: NewRevision,
): { current: ControllerRevision; collisionCount: number | undefined; isNew: boolean } {
  const { name: ownerName, namespace = '' } = owner.object.metadata;
  for (let collisionCount = owner.collisionCount; ; collisionCount = (collisionCount ?? 0) + 1) {
    const hash = revisionHash(data, collisionCount);
    const name = `${ownerName.slice(0, longestNamePrefix)}-${hash}`;
    const taken = view.get<ControllerRevision>({ resource: revisionsResource, namespace, name });
    if (!taken) {
      return { current: revisionOf(owner, { name, hash, data, number }), collisionCount, isNew: true };
    }
    if (semanticEqual(taken.data, data)) return { current: taken, collisionCount, isNew: false };
  }
}

function revisionOf(
  { object, template, hashLabel }: RevisionedOwner,
  { name, hash, data, number }: { name: string; hash: string; data: object; number: number },
): ControllerRevision {
  const { namespace = '', annotations } = object.metadata;
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name,
      namespace,
      labels: { ...template.metadata?.labels, [hashLabel]: hash },
      ...present({ annotations }),
      ownerReferences: [controllerReference(object)],
    },
    data,
    revision: number,
  };
}

/** Others may have made a revision without the label by which pods name theirs: its own name does as well. */
function withLabel(revision: ControllerRevision, { hashLabel }: RevisionedOwner): ControllerRevision {
  const { metadata } = revision;
  if (metadata.labels?.[hashLabel]) return revision;
  return {
    ...revision,
    metadata: { ...metadata, labels: { ...metadata.labels, [hashLabel]: metadata.name } },
  };
}
