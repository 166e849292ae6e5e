import type { Answer, ApiClient } from '../api-client.ts';
import { Measurement, runClients } from '../measure.ts';
import { configMap, configMapsPath } from '../objects.ts';
import type { BenchContext, Scenario } from '../scenario.ts';

export function adminOf({ admin }: BenchContext): ApiClient {
  if (!admin) throw new Error('this scenario needs --admin-kubeconfig, the kubeconfig of the system cluster');
  return admin;
}

const platform = '/apis/platform.berth.dev/v1';
/** The tenant that a first start makes. */
const mainTenant = 'main';

/** @throws when it is refused. */
export async function createCluster(admin: ApiClient, name: string, tenant = mainTenant): Promise<Answer> {
  return createPlatformObject(admin, `namespaces/${tenant}/clusters`, { kind: 'Cluster', name });
}

export async function deleteCluster(admin: ApiClient, name: string): Promise<void> {
  await admin.request('DELETE', `${platform}/namespaces/${mainTenant}/clusters/${name}`);
}

/** Whether its object is there; while it is being removed it is. */
export async function hasCluster(admin: ApiClient, name: string): Promise<boolean> {
  const path = `${platform}/namespaces/${mainTenant}/clusters/${name}`;
  return (await admin.request('GET', path)).status !== 404;
}

/** @throws when it is refused. */
export async function createTenant(admin: ApiClient, name: string, spec: object = {}): Promise<void> {
  await createPlatformObject(admin, 'tenants', { kind: 'Tenant', name, spec });
}

/** Its clusters go with it. */
export async function deleteTenant(admin: ApiClient, name: string): Promise<void> {
  await admin.request('DELETE', `${platform}/tenants/${name}`);
}

/** Creates an object of the platform's group in the system cluster. @throws when it is refused */
export async function createPlatformObject(
  admin: ApiClient,
  collection: string,
  { kind, name, spec }: { readonly kind: string; readonly name: string; readonly spec?: object },
): Promise<Answer> {
  const body = JSON.stringify({ apiVersion: 'platform.berth.dev/v1', kind, metadata: { name }, spec });
  const answer = await admin.request('POST', `${platform}/${collection}`, body);
  if (answer.status !== 201)
    throw new Error(`${kind} ${name}: ${answer.status} ${answer.body.slice(0, 300)}`);
  return answer;
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
