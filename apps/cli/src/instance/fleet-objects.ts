import { type ApiAccess, apiRequest, statusMessage } from '../api-request.ts';
import { CliError } from '../cli-error.ts';

const group = '/apis/platform.berth.dev/v1';

/** Creates a tenant in the system cluster. @returns whether it was there before. */
export async function ensureTenant(access: ApiAccess, name: string): Promise<'created' | 'exists'> {
  return ensure(access, {
    path: `${group}/tenants`,
    body: {
      apiVersion: 'platform.berth.dev/v1',
      kind: 'Tenant',
      metadata: { name },
      spec: { displayName: name },
    },
  });
}

/** Creates a cluster; it can be written to as soon as this returns. */
export async function ensureCluster(
  access: ApiAccess,
  cluster: { name: string; tenant: string },
): Promise<'created' | 'exists'> {
  return ensure(access, {
    path: `${group}/namespaces/${cluster.tenant}/clusters`,
    body: {
      apiVersion: 'platform.berth.dev/v1',
      kind: 'Cluster',
      metadata: { name: cluster.name, namespace: cluster.tenant },
    },
  });
}

async function ensure(
  access: ApiAccess,
  create: { path: string; body: unknown },
): Promise<'created' | 'exists'> {
  const answer = await apiRequest(access, { method: 'POST', ...create });
  if (answer.status === 201) return 'created';
  if (answer.status === 409) return 'exists';
  throw new CliError('API_REFUSED', statusMessage(answer));
}

/** Takes nodes out of the fleet; pods that were bound to them are collected and replaced. Missing ones are no error. */
export async function removeNodes(access: ApiAccess, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const answer = await apiRequest(access, { method: 'DELETE', path: `/api/v1/nodes/${name}` });
    if (answer.status !== 200 && answer.status !== 404)
      throw new CliError('API_REFUSED', statusMessage(answer));
  }
}
