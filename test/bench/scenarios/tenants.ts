import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from '../api-client.ts';
import { type LocalInstance, openLocalInstance } from '../local-instance.ts';
import { doAll, Measurement, type Result, runClients } from '../measure.ts';
import { configMap, configMapsPath } from '../objects.ts';
import type { BenchContext, Scenario } from '../scenario.ts';
import { adminOf, createCluster, createTenant, deleteTenant } from './clusters.ts';

const clustersPerTenant = 10;
/** Longer than a replica that nobody asks for is kept, and than a started process takes to settle. */
const restMs = 75_000;
const removalDeadlineMs = 600_000;
/** What one active tenant does while all others are idle. */
const activeClients = 4;

/**
 * Many tenants in one installation: what it costs to make them and to have them. The API server and the worker are
 * started anew before each look at their memory, so that what they needed to make the clusters does not count as what
 * they need to hold them.
 */
export const tenants: Scenario = {
  name: 'tenants',
  description:
    '--clusters clusters of a tenth as many tenants: creation rate, size, memory, and p99 of an active one; restarts the API server and the worker of --data-dir',
  isDefault: false,
  run: async (context) => {
    const admin = adminOf(context);
    const instance = await openLocalInstance(context.dataDir ?? '.berth');
    const owners = namesOf(context, Math.max(1, Math.ceil(context.clusters / clustersPerTenant)));
    try {
      return await measure(context, { admin, instance, owners });
    } finally {
      context.say('tenants: removing them');
      await removeAll(admin, owners);
      await instance.close();
    }
  },
};

interface Population {
  readonly admin: ApiClient;
  readonly instance: LocalInstance;
  /** The tenants' names. */
  readonly owners: readonly string[];
}

async function measure(context: BenchContext, { admin, instance, owners }: Population): Promise<Result[]> {
  const { clusters, clients, say, find } = context;
  const active = `${context.namespace}-active`;
  await createTenant(admin, active);
  await createCluster(admin, active, active);
  say(`tenants: resting ${restMs / 1000} s before the first look at memory`);
  const before = await lookAt(instance);
  const alone = await activeTenant(admin.inCluster(active), context, 'alone');

  say(`tenants: creating ${owners.length} tenants and ${clusters} clusters`);
  const made = new Measurement();
  await doAll(owners.length, clients, (index) => createTenant(admin, owners[index] ?? ''));
  made.begin();
  await doAll(clusters, clients, (index) => {
    const tenant = owners[index % owners.length] ?? '';
    const name = `${tenant}-${Math.floor(index / owners.length)}`;
    return made.time(() => createCluster(admin, name, tenant));
  });
  const creation = made.result('tenants', `cluster created, ${clients} at once`);

  say(`tenants: resting ${restMs / 1000} s before the second look at memory`);
  const after = await lookAt(instance);
  const among = await activeTenant(admin.inCluster(active), context, 'among all');
  find('database', `${megabytes(before.databaseBytes)} before, ${megabytes(after.databaseBytes)} after`);
  find(
    'database per cluster',
    `${((after.databaseBytes - before.databaseBytes) / clusters / 1e3).toFixed(1)} kB`,
  );
  for (const part of ['api', 'worker'] as const) {
    find(
      `memory of ${part}`,
      `${megabytes(before.memory[part])} before, ${megabytes(after.memory[part])} after`,
    );
  }
  await deleteTenant(admin, active);
  return [creation, ...alone, ...among];
}

async function lookAt(instance: LocalInstance) {
  await instance.restartParts();
  await delay(restMs);
  return { memory: await instance.residentBytes(), databaseBytes: await instance.databaseBytes() };
}

/** Gets and creates of one tenant, a few clients each. */
async function activeTenant(
  api: Pick<ApiClient, 'request'>,
  { seconds }: BenchContext,
  label: string,
): Promise<readonly Result[]> {
  const path = configMapsPath('default');
  const run = Date.now().toString(36);
  await api.request('POST', path, configMap(`read-${run}`));
  const [reads, writes] = [new Measurement(), new Measurement()] as const;
  await Promise.all([
    runClients({ clients: activeClients, seconds }, () =>
      reads.time(() => api.request('GET', `${path}/read-${run}`)),
    ),
    runClients({ clients: activeClients, seconds }, (client, iteration) =>
      writes.time(() => api.request('POST', path, configMap(`write-${run}-${client}-${iteration}`))),
    ),
  ]);
  return [
    reads.result('tenants', `GET configmap, ${label}`),
    writes.result('tenants', `POST configmaps, ${label}`),
  ];
}

async function removeAll(admin: ApiClient, owners: readonly string[]): Promise<void> {
  await doAll(owners.length, 16, (index) => deleteTenant(admin, owners[index] ?? ''));
  const deadline = performance.now() + removalDeadlineMs;
  for (const owner of owners) {
    while ((await admin.request('GET', `/apis/platform.berth.dev/v1/tenants/${owner}`)).status === 200) {
      if (performance.now() > deadline) throw new Error(`tenant ${owner} is not gone after 10 minutes`);
      await delay(500);
    }
  }
}

function namesOf({ namespace }: BenchContext, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${namespace}-${index}`);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
