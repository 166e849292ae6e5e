import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from '../api-client.ts';
import { doAll, Measurement } from '../measure.ts';
import { podsPath } from '../objects.ts';
import type { BenchContext, Scenario } from '../scenario.ts';
import { adminOf } from './clusters.ts';

const lostNode = 'bench-lost';
const nodesPath = '/api/v1/nodes';
const leasesPath = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
const mergePatch = 'application/merge-patch+json';
const deadlineMs = 180_000;
const renewEveryMs = 5_000;

/**
 * The node that is lost is this scenario: it makes the Node, renews its Lease, reports its pods as running, and stops. Other nodes are
 * cordoned until the pods are there.
 */
export const nodeLoss: Scenario = {
  name: 'node-loss',
  description:
    'a node with --objects pods falls silent: until it is noticed, and from there until all of them run elsewhere (needs room there: --nodes simulated:2)',
  isDefault: false,
  run: async (context) => {
    const admin = adminOf(context);
    const others = await readyNodes(admin);
    const stop = await joinFleet(admin, context.objects);
    try {
      await Promise.all(others.map((name) => cordon(admin, name, true)));
      context.say(`node-loss: placing ${context.objects} pods`);
      await placePods(context);
      await Promise.all(others.map((name) => cordon(admin, name, false)));
      context.say('node-loss: the node falls silent');
      const lastHeardMs = stop();
      return await measure(context, admin, lastHeardMs);
    } finally {
      stop();
      await Promise.all(others.map((name) => cordon(admin, name, false)));
      await context.api.request('DELETE', `${replicaSetsPath(context.namespace)}/bench`);
      await leaveFleet(admin);
    }
  },
};

interface SeenPod {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: {
    readonly conditions?: ReadonlyArray<{ readonly type: string; readonly status: string }>;
  };
}

interface SeenNode {
  readonly metadata: { readonly name: string };
  readonly status: SeenPod['status'];
}

const replicaSetsPath = (namespace: string): string => `/apis/apps/v1/namespaces/${namespace}/replicasets`;

function readiness({ status }: SeenNode | SeenPod): string | undefined {
  return status.conditions?.find(({ type }) => type === 'Ready')?.status;
}

async function ask(
  api: Pick<ApiClient, 'request'>,
  ...[method, path, body]: Parameters<ApiClient['request']>
): Promise<string> {
  const answer = await api.request(method, path, body);
  if (answer.status >= 300)
    throw new Error(`${method} ${path}: ${answer.status} ${answer.body.slice(0, 300)}`);
  return answer.body;
}

async function readyNodes(admin: ApiClient): Promise<string[]> {
  // The answer is a NodeList.
  const { items } = JSON.parse(await ask(admin, 'GET', nodesPath)) as { items: SeenNode[] };
  return items.filter((node) => readiness(node) === 'True').map(({ metadata }) => metadata.name);
}

async function cordon(admin: ApiClient, name: string, unschedulable: boolean): Promise<void> {
  await admin.patch(`${nodesPath}/${name}`, JSON.stringify({ spec: { unschedulable } }), mergePatch);
}

/** Also takes away what a run left that was ended before. */
async function leaveFleet(admin: ApiClient): Promise<void> {
  await admin.request('DELETE', `${nodesPath}/${lostNode}`);
  await admin.request('DELETE', `${leasesPath}/${lostNode}`);
}

/** @returns what lets the node fall silent, and tells when it was last heard of. */
async function joinFleet(admin: ApiClient, pods: number): Promise<() => number> {
  await leaveFleet(admin);
  const now = new Date().toISOString();
  const conditions = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'].map((type) => ({
    type,
    status: type === 'Ready' ? 'True' : 'False',
    lastHeartbeatTime: now,
    lastTransitionTime: now,
  }));
  const capacity = { cpu: '1000', memory: '1000Gi', pods: String(pods + 10) };
  const node = { metadata: { name: lostNode }, status: { capacity, conditions } };
  await ask(admin, 'POST', nodesPath, JSON.stringify(node));
  const spec = () => ({
    holderIdentity: lostNode,
    leaseDurationSeconds: 40,
    renewTime: new Date().toISOString().replace('Z', '000Z'),
  });
  await ask(admin, 'POST', leasesPath, JSON.stringify({ metadata: { name: lostNode }, spec: spec() }));
  let lastHeardMs = performance.now();
  const renewing = setInterval(() => {
    lastHeardMs = performance.now();
    const body = JSON.stringify({ spec: spec() });
    void admin.patch(`${leasesPath}/${lostNode}`, body, mergePatch).catch(() => undefined);
  }, renewEveryMs);
  return () => {
    clearInterval(renewing);
    return lastHeardMs;
  };
}

async function listPods({ api, namespace }: BenchContext): Promise<SeenPod[]> {
  // The answer is a PodList.
  const { items } = JSON.parse(await ask(api, 'GET', podsPath(namespace))) as { items: SeenPod[] };
  return items;
}

async function placePods(context: BenchContext): Promise<void> {
  const { api, namespace, objects, clients } = context;
  const labels = { app: 'bench' };
  const drivenOutAtOnce = ['not-ready', 'unreachable'].map((trouble) => ({
    key: `node.kubernetes.io/${trouble}`,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: 0,
  }));
  const replicaSet = {
    metadata: { name: 'bench' },
    spec: {
      replicas: objects,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, annotations: { 'simulated.berth.dev/run-seconds': 'forever' } },
        spec: { tolerations: drivenOutAtOnce, containers: [{ name: 'main', image: 'bench' }] },
      },
    },
  };
  await ask(api, 'POST', replicaSetsPath(namespace), JSON.stringify(replicaSet));
  const deadline = performance.now() + deadlineMs;
  let pods: SeenPod[] = [];
  while (pods.length < objects || !pods.every(({ spec }) => spec.nodeName === lostNode)) {
    if (performance.now() > deadline) throw new Error('the pods were not bound to the node in time');
    await delay(500);
    pods = await listPods(context);
  }
  const at = new Date().toISOString();
  const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: at }];
  const body = JSON.stringify({ status: { phase: 'Running', startTime: at, conditions } });
  await doAll(pods.length, clients, async (index) => {
    const { name } = pods[index]?.metadata ?? { name: '' };
    await api.patch(`${podsPath(namespace)}/${name}/status`, body, 'application/strategic-merge-patch+json');
  });
}

async function measure(context: BenchContext, admin: ApiClient, lastHeardMs: number) {
  const { api, namespace, objects } = context;
  const measured = new Measurement();
  const stopped = new AbortController();
  const expired = setTimeout(() => stopped.abort(), deadlineMs);
  let noticedMs = 0;
  const running = new Set<string>();
  const watchingNode = admin.watch(
    `${nodesPath}?watch=true&fieldSelector=metadata.name%3D${lostNode}`,
    stopped.signal,
    (line) => {
      // The lines of a watch are events.
      const { object } = JSON.parse(line) as { object: SeenNode };
      if (noticedMs > 0 || readiness(object) !== 'Unknown') return;
      noticedMs = performance.now();
      measured.begin();
    },
  );
  const watchingPods = api.watch(`${podsPath(namespace)}?watch=true`, stopped.signal, (line) => {
    const { object } = JSON.parse(line) as { object: SeenPod };
    const { name } = object.metadata;
    if (object.spec.nodeName === lostNode || readiness(object) !== 'True' || running.has(name)) return;
    running.add(name);
    measured.record(performance.now() - noticedMs);
    if (running.size === objects) stopped.abort();
  });
  await Promise.all([watchingNode, watchingPods]);
  clearTimeout(expired);
  const missing = objects - running.size;
  if (missing > 0) measured.fail(`${missing} pods did not run elsewhere`);
  context.find('node-loss: noticed after', `${((noticedMs - lastHeardMs) / 1_000).toFixed(1)} s of silence`);
  return [measured.result('node-loss', `pod of ${objects} running elsewhere, since the loss was noticed`)];
}
