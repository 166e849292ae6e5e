import type { Clock } from '@berth/runtime';
import type { Logger } from 'pino';
import type { ApiClient } from '../api/api-client.ts';
import { pause } from '../api/backoff.ts';

/** An object that pods of the node take in. */
export interface PodInput {
  readonly cluster: string;
  /** `configmaps`, `secrets` or `persistentvolumeclaims`. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
}

export interface FollowInputsOptions {
  readonly nodeName: string;
  readonly api: ApiClient;
  /** Whether any pod takes anything in: nobody asks while none does. */
  readonly isNeeded: () => boolean;
  readonly onChange: (input: PodInput) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

/** So long a change may take to be noticed. */
const intervalMs = 2_000;

/**
 * Tells which of the objects that the node's pods take in have changed, come or gone, until the signal aborts. One small
 * question for all of them. What changes while nobody can be asked is told afterwards.
 */
export async function followInputs(options: FollowInputsOptions, signal: AbortSignal): Promise<void> {
  const { nodeName, api, isNeeded, onChange, clock, log } = options;
  const path = `/fleet/v1/nodes/${encodeURIComponent(nodeName)}/inputs`;
  let known: ReadonlyMap<string, Told> = new Map();
  while (!signal.aborted) {
    await pause(clock, intervalMs, signal);
    if (signal.aborted || !isNeeded()) continue;
    try {
      const { items } = await api.get<{ readonly items: readonly Told[] }>(path);
      const current = new Map(items.map((item) => [keyOf(item), item]));
      for (const input of changes(known, current)) onChange(input);
      known = current;
    } catch (err) {
      if (!signal.aborted) log.debug({ node: nodeName, err }, 'what pods take in could not be looked at');
    }
  }
}

type Told = PodInput & { readonly revision: number };

/** What is at another revision, or there at one time alone. */
function changes(before: ReadonlyMap<string, Told>, after: ReadonlyMap<string, Told>): PodInput[] {
  const changed = [...after].filter(([key, { revision }]) => before.get(key)?.revision !== revision);
  const gone = [...before].filter(([key]) => !after.has(key));
  return [...changed, ...gone].map(([, input]) => input);
}

function keyOf({ cluster, resource, namespace, name }: PodInput): string {
  return JSON.stringify([cluster, resource, namespace, name]);
}
