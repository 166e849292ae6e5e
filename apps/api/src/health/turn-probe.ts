import { systemClusterId } from '@berth/auth';
import { apiVersionOf, type KindRegistry, writeAttributes } from '@berth/kinds';
import { encodeStoredBody, type KubeObject, toTime } from '@berth/machinery';
import type { Store } from '@berth/store';

/** What a probe found out; a check that was not reached has failed with the one before it. */
export interface ProbeResult {
  readonly write: CheckResult;
  readonly read: CheckResult;
  readonly turn: CheckResult;
}

export type CheckResult = { readonly ok: true } | { readonly ok: false; readonly reason: string };

export interface ProbeOptions {
  readonly store: Store;
  readonly kinds: KindRegistry;
  readonly now: () => Date;
}

const turnDeadlineMs = 5_000;
const turnPollMs = 20;
const ok: CheckResult = { ok: true };

/**
 * Proves that a write, a read and a turn work, by doing them: it renews a Lease in the system cluster's log (where
 * Kubernetes' API servers keep theirs), reads it back, and waits until the turn cursor has passed that very revision.
 */
export async function probe({ store, kinds, now }: ProbeOptions): Promise<ProbeResult> {
  const cluster = store.cluster(systemClusterId);
  const unreached: CheckResult = { ok: false, reason: 'the check before it failed' };
  let revision: number;
  try {
    revision = await renewLease({ store, kinds, now });
  } catch (error) {
    return { write: failed(error), read: unreached, turn: unreached };
  }
  try {
    const found = await cluster.get(leaseKey);
    if (found === undefined || found.revision < revision)
      throw new Error('a read does not see the write before it');
  } catch (error) {
    return { write: ok, read: failed(error), turn: unreached };
  }
  return { write: ok, read: ok, turn: await turnCheck(store, revision) };
}

const leaseKey = { resource: 'leases.coordination.k8s.io', namespace: 'kube-system', name: 'berth-api' };

async function renewLease({ store, kinds, now }: ProbeOptions): Promise<number> {
  const definition = kinds.byResource(leaseKey.resource);
  if (definition === undefined) throw new Error('leases are not served');
  const cluster = store.cluster(systemClusterId);
  const current = await cluster.get(leaseKey);
  const object: KubeObject = {
    apiVersion: apiVersionOf(definition.versions[0]),
    kind: definition.kind,
    metadata: {
      name: leaseKey.name,
      namespace: leaseKey.namespace,
      uid: current?.uid ?? crypto.randomUUID(),
      creationTimestamp: toTime(now()),
    },
    spec: {
      holderIdentity: 'berth-api',
      leaseDurationSeconds: 3600,
      renewTime: now().toISOString().replace('Z', '000Z'),
    },
  };
  const { within: _within, ...attributes } = writeAttributes(definition, object);
  const op = current === undefined ? 'create' : 'update';
  const outcome = await cluster.write({ op, ...attributes, body: encodeStoredBody(object) });
  if (outcome.status === 'applied') return outcome.revision;
  // Another server has just probed: its write is as good.
  if (outcome.status === 'exists') return cluster.head();
  throw new Error(`the write was refused: ${outcome.status}`);
}

async function turnCheck(store: Store, revision: number): Promise<CheckResult> {
  const cluster = store.cluster(systemClusterId);
  const deadlineMs = performance.now() + turnDeadlineMs;
  try {
    while ((await cluster.cursor()) < revision) {
      if (performance.now() > deadlineMs) {
        return { ok: false, reason: `no worker took a turn within ${turnDeadlineMs / 1000} s` };
      }
      await new Promise((resolve) => {
        setTimeout(resolve, turnPollMs);
      });
    }
    return ok;
  } catch (error) {
    return failed(error);
  }
}

function failed(error: unknown): CheckResult {
  return { ok: false, reason: error instanceof Error ? error.message : String(error) };
}
