import { isDeepStrictEqual } from 'node:util';
import type { Pod, PodStatus } from '@berth/kinds';
import type { ApiClient } from '../api/api-client.ts';
import { ApiError } from '../api/api-error.ts';
import { namespacedPath } from '../api/paths.ts';
import type { NodePodStatus } from './pod-status.ts';

/** What became of a write. `gone`: this pod is no more, or another one has its name. */
export type WriteOutcome = 'written' | 'unchanged' | 'gone';

/** What there is to say of a pod. */
export interface StatusReport {
  readonly status: NodePodStatus;
  /** As the API had it last. */
  readonly pod: Pod;
}

const statusPatchType = 'application/strategic-merge-patch+json';

/** Writes one pod's status, and only what changed. */
export class StatusWriter {
  readonly #api: ApiClient;
  readonly #path: string;
  readonly #uid: string;
  #written: NodePodStatus | undefined;
  /** The pod's revision that the last write made. */
  #writtenAt = 0n;

  constructor(api: ApiClient, clusterId: string, { metadata }: Pod) {
    this.#api = api;
    this.#path = `${namespacedPath(clusterId, metadata.namespace ?? '', 'pods', metadata.name)}/status`;
    this.#uid = metadata.uid ?? '';
  }

  /** The status to compute the next one from: what was written last, or what the API has. */
  before(pod: Pod): PodStatus {
    const known = this.#known(pod);
    const own = known?.conditions ?? [];
    const others = (pod.status?.conditions ?? []).filter(
      ({ type }) => !own.some((each) => each.type === type),
    );
    return { ...pod.status, ...known, conditions: [...others, ...own] };
  }

  /**
   * What was written last, but for conditions that somebody set otherwise afterwards: a controller may write with one commit both a
   * readiness gate and what follows from it.
   */
  #known({ metadata, status }: Pod): NodePodStatus | undefined {
    const written = this.#written;
    if (written === undefined || revisionOf(metadata) <= this.#writtenAt) return written;
    const conditions = (written.conditions ?? []).map((own) => {
      const told = status?.conditions?.find(({ type }) => type === own.type);
      return told === undefined || told.status === own.status ? own : told;
    });
    return { ...written, conditions };
  }

  /**
   * Writes the latest status there is: it is asked for once to see whether anything is to be written, and again when the request's turn has
   * come. Until it is there the pod may have got a step further, and only where it has come to is told.
   *
   * @throws ApiError for what may succeed later.
   */
  async write(latest: () => StatusReport): Promise<WriteOutcome> {
    if (!this.#differs(latest())) return 'unchanged';
    let sent: NodePodStatus | undefined;
    try {
      const answer = await this.#api.patchLatest<Pod>(this.#path, statusPatchType, () => {
        const report = latest();
        if (!this.#differs(report)) return undefined;
        sent = report.status;
        // A uid in a patch is a precondition.
        return {
          metadata: { uid: this.#uid },
          status: statusPatch(this.#known(report.pod) ?? report.pod.status, report.status),
        };
      });
      if (answer === undefined) return 'unchanged';
      this.#writtenAt = revisionOf(answer.metadata);
    } catch (error) {
      if (error instanceof ApiError && isGone(error)) return 'gone';
      throw error;
    }
    this.#written = sent;
    return 'written';
  }

  /** What was written once is not written again, even where the API keeps it in another form. */
  #differs({ status, pod }: StatusReport): boolean {
    return !isDeepStrictEqual(this.#known(pod) ?? pick(pod.status, status), status);
  }
}

/** 0 for a revision that is none. */
function revisionOf({ resourceVersion = '' }: Pod['metadata']): bigint {
  return /^\d+$/.test(resourceVersion) ? BigInt(resourceVersion) : 0n;
}

/** The members of the API's status that the node writes too, in its order. */
function pick(current: PodStatus | undefined, status: NodePodStatus): NodePodStatus {
  const kept = Object.entries(current ?? {}).filter(([key]) => key in status);
  const conditions = (status.conditions ?? []).flatMap(
    ({ type }) => current?.conditions?.find((condition) => condition.type === type) ?? [],
  );
  return { ...Object.fromEntries(kept), conditions };
}

/** Lists of addresses merge address by address: what the pod or its node had before a restart would stay in them. */
const addressLists = ['hostIPs', 'podIPs'] as const;

function statusPatch(before: NodePodStatus | undefined, status: NodePodStatus): Record<string, unknown> {
  const replaced = addressLists.filter(
    (key) => before?.[key] !== undefined && !isDeepStrictEqual(before[key], status[key]),
  );
  return {
    ...removed(before, status),
    ...status,
    ...Object.fromEntries(replaced.map((key) => [key, [{ $patch: 'replace' }, ...(status[key] ?? [])]])),
  };
}

/** `null` for what the node wrote before and has no more to say of. */
function removed(before: NodePodStatus | undefined, status: NodePodStatus): Record<string, null> {
  const removable = ['reason', 'message'] as const;
  return Object.fromEntries(
    removable
      .filter((key) => before?.[key] !== undefined && status[key] === undefined)
      .map((key) => [key, null]),
  );
}

function isGone({ status, message }: ApiError): boolean {
  return status === 404 || (status === 409 && /uid/i.test(message));
}
