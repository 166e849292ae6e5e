import type { ApiClient } from '../api-client.ts';
import { Measurement, runClients } from '../measure.ts';
import { configMap, configMapsPath } from '../objects.ts';
import type { BenchContext, Scenario } from '../scenario.ts';

export function adminOf({ admin }: BenchContext): ApiClient {
  if (!admin) throw new Error('this scenario needs --admin-kubeconfig, the kubeconfig of the system cluster');
  return admin;
}

/** In the namespace of the tenant that a first start makes. */
const clustersPath = '/apis/platform.berth.dev/v1/namespaces/main/clusters';

/** @throws when it is refused. */
export async function createCluster(admin: ApiClient, name: string): Promise<void> {
  const body = JSON.stringify({
    apiVersion: 'platform.berth.dev/v1',
    kind: 'Cluster',
    metadata: { name },
  });
  const answer = await admin.request('POST', clustersPath, body);
  if (answer.status !== 201)
    throw new Error(`cluster ${name}: ${answer.status} ${answer.body.slice(0, 300)}`);
}

export async function deleteCluster(admin: ApiClient, name: string): Promise<void> {
  await admin.request('DELETE', `${clustersPath}/${name}`);
}

export const clusterCreate: Scenario = {
  name: 'cluster-create',
  description: 'creates clusters: from the request to the first successful write in the new cluster',
  isDefault: false,
  run: async (context) => {
    const admin = adminOf(context);
    const measured = new Measurement();
    const made: string[] = [];
    await runClients(context, async (client, iteration) => {
      const name = `${context.namespace}-${client}-${iteration}`;
      await measured.time(async () => {
        await createCluster(admin, name);
        made.push(name);
        return firstWrite(admin, name);
      });
    });
    const result = measured.result('cluster-create', 'cluster and a write in it');
    await Promise.all(made.map((name) => deleteCluster(admin, name)));
    return [result];
  },
};

async function firstWrite(admin: ApiClient, cluster: string) {
  const api = admin.inCluster(cluster);
  const deadline = performance.now() + 10_000;
  for (;;) {
    const answer = await api.request('POST', configMapsPath('default'), configMap('first'));
    if (answer.status === 201 || performance.now() > deadline) return answer;
  }
}
