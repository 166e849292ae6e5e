import { setTimeout as delay } from 'node:timers/promises';
import { Measurement, runClients } from '../measure.ts';
import { configMap, configMapsPath, createAll } from '../objects.ts';
import type { BenchContext, Scenario } from '../scenario.ts';
import { adminOf, createCluster, deleteCluster, hasCluster } from './clusters.ts';

const deadlineMs = 120_000;
const pollEveryMs = 100;

export const clusterDelete: Scenario = {
  name: 'cluster-delete',
  description:
    'deletes a cluster of --objects ConfigMaps: how long that takes, and what a neighbour that writes notices',
  isDefault: false,
  run: async (context) => {
    const admin = adminOf(context);
    const { objects, clients, say } = context;
    const name = `${context.namespace}-full`;
    await createCluster(admin, name);
    say(`cluster-delete: filling ${name} with ${objects} ConfigMaps`);
    await createAll({ ...admin, ...admin.inCluster(name) }, configMapsPath('default'), {
      count: objects,
      width: clients,
      make: (index) => configMap(`c-${index}`),
    });
    const before = await writeBeside(context, 'before');
    const startedAt = performance.now();
    await deleteCluster(admin, name);
    const gone = untilGone(context, name).then(() => performance.now() - startedAt);
    const during = await writeBeside(context, 'while it goes');
    context.find(`a cluster of ${objects} ConfigMaps is gone after`, `${Math.round(await gone)} ms`);
    return [before, during];
  },
};

async function writeBeside(context: BenchContext, when: string) {
  const { api, namespace } = context;
  const measured = new Measurement();
  const word = when.split(' ')[0] ?? '';
  await runClients(context, async (client, iteration) =>
    measured.time(() =>
      api.request('POST', configMapsPath(namespace), configMap(`${word}-${client}-${iteration}`)),
    ),
  );
  return measured.result('cluster-delete', `write in a neighbour, ${when}`);
}

async function untilGone(context: BenchContext, name: string): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while (await hasCluster(adminOf(context), name)) {
    if (performance.now() > deadline)
      throw new Error(`cluster ${name} is there after ${deadlineMs / 1_000} s`);
    await delay(pollEveryMs);
  }
}
