import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from '../api-client.ts';
import type { FloodAnswers, FloodOrders } from '../flood-process.ts';
import { Measurement, type Result } from '../measure.ts';
import { configMap, configMapsPath, jobsPath } from '../objects.ts';
import type { BenchContext, Scenario } from '../scenario.ts';
import { adminOf, createCluster, createPlatformObject, createTenant, deleteTenant } from './clusters.ts';

const floodClients = 200;
const floodPods = 20_000;
/** A scenario of this many seconds at most, whatever was asked for: the flood fills the database. */
const mostSeconds = 30;
/** So long the flood runs before its effect is measured. */
const rampMs = 3_000;
const jobDeadlineMs = 30_000;
/** Jobs come from so many lanes, in each one at a time and at rest between two: enough for a p99, without being a flood. */
const jobLanes = 4;
const jobRestMs = 250;
/** A modest plan: four times what the quiet tenant needs. */
const plan = { requestsPerSecond: 500, requestBurst: 500, inFlight: 100, watches: 50, concurrentTurns: 1 };
const user = 'bench';

/**
 * What one tenant notices of another one's flood. Two tenants with the same plan, each with one cluster. One does a little at a
 * time, first on an idle system and then while 200 impatient clients of the other create, list everything and watch, and a
 * Job of 20,000 pods is under way there.
 */
export const flood: Scenario = {
  name: 'flood',
  description: `one tenant's get, create and Job-to-completion alone, and while ${floodClients} clients of another one flood (needs an instance with --nodes simulated:24)`,
  isDefault: false,
  run: async (context) => {
    const admin = adminOf(context);
    const planName = `${context.namespace}-plan`;
    const quiet = `${context.namespace}-q`;
    const loud = `${context.namespace}-l`;
    await createPlatformObject(admin, 'plans', { kind: 'Plan', name: planName, spec: plan });
    try {
      const [quietApi, loudApi] = [
        await createTenantWithCluster(admin, quiet, planName),
        await createTenantWithCluster(admin, loud, planName),
      ];
      return await measure(context, quietApi, loudApi);
    } finally {
      context.say('flood: removing the tenants');
      await Promise.all([deleteTenant(admin, quiet), deleteTenant(admin, loud)]);
      await admin.request('DELETE', `/apis/platform.berth.dev/v1/plans/${planName}`);
    }
  },
};

/** A cluster's API as an ordinary user of it, whom its flow control knows as one. */
interface UserApi {
  readonly api: Pick<ApiClient, 'request'>;
  readonly server: string;
  readonly token: string;
}

async function createTenantWithCluster(admin: ApiClient, name: string, planName: string): Promise<UserApi> {
  await createTenant(admin, name, { plan: planName });
  await createCluster(admin, name, name);
  const cluster = admin.inCluster(name);
  const bound = await cluster.request(
    'POST',
    '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
    JSON.stringify({
      metadata: { name: user },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
    }),
  );
  if (bound.status !== 201) throw new Error(`binding of ${name}: ${bound.status} ${bound.body}`);
  const made = await cluster.request(
    'POST',
    '/apis/access.berth.dev/v1/tokens',
    JSON.stringify({ metadata: { name: user }, spec: { user } }),
  );
  const { token } = (JSON.parse(made.body) as { status?: { token?: string } }).status ?? {};
  if (token === undefined) throw new Error(`token of ${name}: ${made.status} ${made.body}`);
  const api = admin.inCluster(name, token);
  return { api, token, server: `${new URL(admin.server).origin}/clusters/${name}` };
}

async function measure(context: BenchContext, quiet: UserApi, loud: UserApi): Promise<Result[]> {
  const seconds = Math.min(context.seconds, mostSeconds);
  await observe(quiet, { seconds: 2, label: 'warm-up' });
  context.say('flood: measuring the quiet tenant alone');
  const alone = await observe(quiet, { seconds, label: 'alone' });
  context.say('flood: the other tenant floods');
  const flooding = await startFlood(loud);
  try {
    await delay(rampMs);
    const among = await observe(quiet, { seconds, label: 'during the flood' });
    for (const [index, before] of alone.entries()) {
      const after = among[index];
      if (after === undefined) continue;
      const ratio = (key: 'p50Ms' | 'p99Ms') => (after[key] / before[key]).toFixed(1);
      context.find(
        `${before.operation.split(',')[0]}: flood over idle`,
        `p50 ${ratio('p50Ms')}×, p99 ${ratio('p99Ms')}×`,
      );
    }
    return [...alone, ...among];
  } finally {
    const answers = Object.entries(await stopFlood(flooding)).map(([code, count]) => `${count} × ${code}`);
    context.find("the flood's answers", answers.join(', '));
  }
}

/** One client that gets, one that creates, and a few that run Jobs to their end. */
async function observe(
  { api }: UserApi,
  { seconds, label }: { readonly seconds: number; readonly label: string },
): Promise<readonly Result[]> {
  const [gets, creates, jobs] = [new Measurement(), new Measurement(), new Measurement()] as const;
  const run = Date.now().toString(36);
  const path = configMapsPath('default');
  await api.request('POST', path, configMap(`read-${run}`));
  const endMs = performance.now() + seconds * 1_000;
  const loop = async (step: (round: number) => Promise<void>): Promise<void> => {
    for (let round = 0; performance.now() < endMs; round++) await step(round);
  };
  for (const measured of [gets, creates, jobs]) measured.begin();
  await Promise.all([
    loop(async () => {
      await gets.time(() => api.request('GET', `${path}/read-${run}`));
      await delay(5);
    }),
    loop(async (round) => {
      await creates.time(() => api.request('POST', path, configMap(`w-${run}-${round}`)));
      await delay(10);
    }),
    ...Array.from({ length: jobLanes }, async (_, lane) => {
      await delay((lane * jobRestMs) / jobLanes);
      await loop(async (round) => {
        await jobs.time(() => runJob(api, `j-${run}-${lane}-${round}`));
        await delay(jobRestMs);
      });
    }),
  ]);
  return [
    gets.result('flood', `get, ${label}`),
    creates.result('flood', `create, ${label}`),
    jobs.result('flood', `Job to completion, ${label}`),
  ];
}

async function runJob(api: Pick<ApiClient, 'request'>, name: string) {
  const body = JSON.stringify({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name },
    spec: {
      template: {
        metadata: {
          annotations: {
            'simulated.berth.dev/start-delay-ms': '10',
            'simulated.berth.dev/run-seconds': '0.01',
          },
        },
        spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'bench' }] },
      },
    },
  });
  const created = await api.request('POST', jobsPath('default'), body);
  if (created.status !== 201) return created;
  const deadline = performance.now() + jobDeadlineMs;
  for (;;) {
    const answer = await api.request('GET', `${jobsPath('default')}/${name}`);
    if (answer.status !== 200 || answer.body.includes('"type":"Complete"')) return answer;
    if (performance.now() > deadline) return { status: 504, body: 'the Job did not complete' };
    await delay(10);
  }
}

async function startFlood({ server, token }: UserApi): Promise<ChildProcess> {
  // A session of its own, so that its processor time is weighed apart from the measuring clients'.
  const child = fork(new URL('../flood-process.ts', import.meta.url), { detached: true });
  const orders: FloodOrders = {
    server,
    token,
    creators: floodClients * 0.4,
    listers: floodClients * 0.3,
    watchers: floodClients * 0.3,
    jobPods: floodPods,
  };
  child.send(orders);
  await once(child, 'message');
  return child;
}

async function stopFlood(child: ChildProcess): Promise<FloodAnswers> {
  child.send('stop');
  const [answers] = (await once(child, 'message')) as [FloodAnswers];
  return answers;
}
