import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { ApiAccess } from '../api-request.ts';
import { CliError } from '../cli-error.ts';
import { dataDirectory } from '../instance/data-directory.ts';
import { ensureCluster, ensureTenant } from '../instance/fleet-objects.ts';
import { defaultTenant } from '../instance/names.ts';
import type { Settings } from '../settings.ts';

/** `berth cluster create <name>`: through the API, as the administrator of the fleet. */
export async function createCluster(
  settings: Settings,
  options: { name: string; tenant?: string },
): Promise<string> {
  const access = await adminAccess(settings);
  const tenant = options.tenant ?? defaultTenant;
  await ensureTenant(access, tenant);
  if ((await ensureCluster(access, { name: options.name, tenant })) === 'exists') {
    throw new CliError('CLUSTER_EXISTS', `there is a cluster "${options.name}" already`);
  }
  return `cluster "${options.name}" created for tenant "${tenant}". Its kubeconfig: berth kubeconfig ${options.name}`;
}

async function adminAccess(settings: Settings): Promise<ApiAccess> {
  const file = dataDirectory(settings.dataDirectory).adminKubeconfig;
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new CliError(
      'NOT_RUNNING',
      `${file} cannot be read. Start an instance with npm start, or set BERTH_DATA_DIR.`,
      { cause },
    );
  });
  // Written by `berth up`, so its shape is known.
  const config = parse(text) as {
    clusters: [{ cluster: { server: string; 'certificate-authority-data': string } }];
    users: [{ user: { token: string } }];
  };
  const { cluster } = config.clusters[0];
  return {
    clusterUrl: cluster.server,
    caPem: Buffer.from(cluster['certificate-authority-data'], 'base64').toString(),
    token: config.users[0].user.token,
  };
}
