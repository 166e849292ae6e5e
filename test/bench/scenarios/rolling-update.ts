import type { ApiClient } from '../api-client.ts';
import { Measurement } from '../measure.ts';
import { deployment, deploymentsPath } from '../objects.ts';
import type { Scenario } from '../scenario.ts';
import { awaitPods, mustSucceed, running } from './await-pods.ts';

const deadlineMs = 300_000;

export const rollingUpdate: Scenario = {
  name: 'rolling-update',
  description:
    'another image for a Deployment of --objects running replicas (25% up, 25% down): until it is rolled out',
  isDefault: false,
  run: async ({ api, namespace, objects }) => {
    const path = deploymentsPath(namespace);
    const wanted = { scenario: 'rolling-update', namespace, count: objects, stages: [running] };
    await awaitPods(api, wanted, async () => {
      await mustSucceed(api, 'POST', path, deployment('bench', objects));
    });
    await rolledOut(api, path, objects);
    const measured = new Measurement();
    measured.begin();
    const startedAt = performance.now();
    await mustSucceed(api, 'PUT', `${path}/bench`, deployment('bench', objects, 'bench:2'));
    await rolledOut(api, path, objects);
    measured.record(performance.now() - startedAt);
    return [measured.result('rolling-update', `rollout of ${objects}`)];
  },
};

/** Waits for what `kubectl rollout status` waits for. */
async function rolledOut(api: ApiClient, path: string, replicas: number): Promise<void> {
  const stopped = new AbortController();
  const expired = setTimeout(() => stopped.abort(), deadlineMs);
  let isOver = false;
  await api.watch(`${path}?watch=true`, stopped.signal, (line) => {
    const { object } = JSON.parse(line) as {
      object: { metadata?: { generation?: number }; status?: Readonly<Record<string, number>> };
    };
    const { metadata, status = {} } = object;
    const counts = [status['replicas'], status['updatedReplicas'], status['availableReplicas']];
    isOver =
      (status['observedGeneration'] ?? 0) >= (metadata?.generation ?? 0) &&
      counts.every((count) => count === replicas);
    if (isOver) stopped.abort();
  });
  clearTimeout(expired);
  if (!isOver) throw new Error(`not rolled out within ${deadlineMs / 1000} s`);
}
