import { type Deployment, type Pod, type StatefulSet } from '@berth/kinds';
import type { KubeObject } from '@berth/machinery';
import { controllerOf } from '../ownership.ts';
import { isPodActive, isPodReady } from '../pods/pod-state.ts';
import type { MemoryCluster } from './memory-cluster.ts';

type Entry = MemoryCluster['log'][number];

/** What must hold at every revision, each with the limits that the scenario set. */
export interface Limits {
  readonly maxSurge: number;
  readonly maxUnavailable: number;
  readonly mostPods: number;
}

/**
 * Walks a cluster's log, revision by revision, and says what was broken where. Knows the objects as of each revision, not as of
 * the end of a turn: what a watcher could have seen.
 */
export class Invariants {
  readonly broken: string[] = [];
  readonly #cluster: MemoryCluster;
  readonly #limits: Limits;
  readonly #pods = new Map<string, Pod>();
  readonly #controllers = new Set<string>();
  #web: Deployment | undefined;
  #db: StatefulSet | undefined;
  #seen = 0;

  constructor(cluster: MemoryCluster, limits: Limits) {
    this.#cluster = cluster;
    this.#limits = limits;
  }

  /** Checks what the log gained. */
  check(): void {
    for (const entry of this.#cluster.log.slice(this.#seen)) this.#step(entry);
    this.#seen = this.#cluster.log.length;
    this.#checkOwners();
  }

  #step(entry: Entry): void {
    const { resource, before, after, by } = entry;
    this.#note(entry);
    if (resource !== 'pods') return;
    const [old, next]: [Pod | undefined, Pod | undefined] = [before, after];
    if (next && !old) this.#onCreate(entry, next);
    const isTaken = old !== undefined && isPodActive(old) && (next === undefined || !isPodActive(next));
    const isGoing = next?.metadata.deletionTimestamp !== undefined || next === undefined;
    if (by === 'turn' && isTaken && isGoing && isPodReady(old)) this.#onRemoval(entry, next ?? old);
  }

  #onCreate(entry: Entry, pod: Pod): void {
    const counted = [...this.#pods.values()].filter((each) => !hasEnded(each));
    if (counted.length > this.#limits.mostPods) this.#report(entry, `${counted.length} pods over the quota`);
    const { app } = pod.metadata.labels ?? {};
    const same = this.#active(app);
    if (app === 'web') {
      const most = (this.#web?.spec?.replicas ?? 0) + this.#limits.maxSurge;
      if (same.length > most) this.#report(entry, `${same.length} pods of ${most}`);
    }
    if (app === 'agent') {
      const node = nodeOf(pod);
      if (same.filter((each) => nodeOf(each) === node).length > 1) this.#report(entry, `two on ${node}`);
    }
    if (app === 'db') this.#onOrdinal(entry, pod);
  }

  /** In order: each one when all before it are ready, and there. */
  #onOrdinal(entry: Entry, pod: Pod): void {
    const ordinal = ordinalOf(pod);
    for (let lower = this.#db?.spec?.ordinals?.start ?? 0; lower < ordinal; lower++) {
      const other = this.#pods.get(`default/db-${lower}`);
      if (!other || !isPodReady(other) || other.metadata.deletionTimestamp)
        this.#report(entry, `before db-${lower} was ready`);
    }
    const twins = [...this.#pods.values()].filter(
      (each) => each.metadata.labels?.['app'] === 'db' && ordinalOf(each) === ordinal,
    );
    if (twins.length > 1) this.#report(entry, `${twins.length} pods of ordinal ${ordinal}`);
  }

  /** A controller took a ready pod away by itself: not because its node was lost, or somebody disrupts it. */
  #onRemoval(entry: Entry, pod: Pod): void {
    if (pod.status?.conditions?.some(({ type }) => type === 'DisruptionTarget')) return;
    if (pod.metadata.labels?.['app'] !== 'web') return;
    const fewest = (this.#web?.spec?.replicas ?? 0) - this.#limits.maxUnavailable;
    const ready = this.#active('web').filter(isPodReady).length;
    if (ready < fewest) this.#report(entry, `${ready} ready pods where ${fewest} are needed`);
  }

  /** Between two turns nothing is left whose owner is gone. */
  #checkOwners(): void {
    for (const [name, pod] of this.#pods) {
      const owner = controllerOf(pod);
      if (owner && !pod.metadata.deletionTimestamp && !this.#controllers.has(owner.uid))
        this.broken.push(`${name} has lost its ${owner.kind}`);
    }
  }

  #active(app: string | undefined): readonly Pod[] {
    return [...this.#pods.values()].filter((pod) => pod.metadata.labels?.['app'] === app && isPodActive(pod));
  }

  #note({ resource, key, before, after }: Entry): void {
    if (resource === 'pods') {
      const id = `${key.namespace}/${key.name}`;
      if (after) this.#pods.set(id, after);
      else this.#pods.delete(id);
      return;
    }
    const uid = (after ?? before)?.metadata.uid ?? '';
    if (after) this.#controllers.add(uid);
    else this.#controllers.delete(uid);
    if (key.name === 'web' && resource === 'deployments.apps') this.#web = after as Deployment | undefined;
    if (key.name === 'db' && resource === 'statefulsets.apps') this.#db = after as StatefulSet | undefined;
  }

  #report({ revision, key }: Entry, what: string): void {
    this.broken.push(`revision ${revision}, ${key.resource}/${key.name}: ${what}`);
  }
}

const hasEnded = ({ status }: Pod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed';

function ordinalOf({ metadata }: KubeObject): number {
  return Number(metadata.name.slice(metadata.name.lastIndexOf('-') + 1));
}

/** Where a DaemonSet wants it, before and after it is bound. */
function nodeOf({ spec }: Pod): string {
  const [term] =
    spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  return spec?.nodeName ?? term?.matchFields?.[0]?.values?.[0] ?? '';
}
