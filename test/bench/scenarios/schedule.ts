import type { ApiClient } from '../api-client.ts';
import { doAll, Measurement } from '../measure.ts';
import { createAll, podsPath } from '../objects.ts';
import type { BenchContext, Scenario } from '../scenario.ts';
import { adminOf } from './clusters.ts';

const deadlineMs = 60_000;
const nodesPath = '/api/v1/nodes';
const label = 'bench.example.com/open';
const nodeCount = 100;

export const schedule: Scenario = {
  name: 'schedule',
  description:
    '--objects pods that wait for nodes, which are then opened to them all at once: until all are bound',
  isDefault: false,
  run: async (context) => {
    const admin = adminOf(context);
    const { api, namespace, objects, clients, say } = context;
    say(`schedule: creating ${objects} pods`);
    await createAll(api, podsPath(namespace), {
      count: objects,
      width: clients,
      make: (index) => waitingPod(`pod-${index}`, namespace),
    });
    await untilAllWait(context);
    const nodes = Array.from({ length: nodeCount }, (_, index) => `${namespace}-${index}`);
    try {
      return [await measureBinding(context, { admin, nodes })];
    } finally {
      await doAll(nodes.length, 16, async (index) => {
        await admin.request('DELETE', `${nodesPath}/${nodes[index]}`);
      });
    }
  },
};

async function measureBinding(
  { api, namespace, objects }: BenchContext,
  { admin, nodes }: { readonly admin: ApiClient; readonly nodes: readonly string[] },
) {
  const measured = new Measurement();
  const bound = new Set<string>();
  const stopped = new AbortController();
  const expired = setTimeout(() => stopped.abort(), deadlineMs);
  let startedAt = performance.now();
  const watching = api.watch(`${podsPath(namespace)}?watch=true`, stopped.signal, (line) => {
    const name = /"name":"(pod-[^"]+)"/.exec(line)?.[1];
    if (!name || bound.has(name) || !line.includes('"nodeName":"')) return;
    bound.add(name);
    measured.record(performance.now() - startedAt);
    if (bound.size === objects) stopped.abort();
  });
  startedAt = performance.now();
  measured.begin();
  await createAll(admin, nodesPath, {
    count: nodes.length,
    width: 16,
    make: (index) => node(nodes[index] ?? '', namespace),
  });
  await watching;
  clearTimeout(expired);
  const result = measured.result('schedule', `pod of ${objects} bound to ${nodes.length} nodes`);
  const missing = objects - bound.size;
  return missing === 0
    ? result
    : { ...result, errors: result.errors + missing, note: `${result.note} ${missing} pods never bound` };
}

function waitingPod(name: string, namespace: string): string {
  const resources = { requests: { cpu: '10m', memory: '1Mi' } };
  const containers = [{ name: 'main', image: 'bench', command: ['sleep', '3600'], resources }];
  const spec = { nodeSelector: { [label]: namespace }, containers };
  return JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec });
}

function node(name: string, namespace: string): string {
  const allocatable = { cpu: '64', memory: '256Gi', pods: '110' };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { [label]: namespace, 'kubernetes.io/hostname': name } },
    status: { allocatable },
  });
}

/** All have been tried, so that what is measured is not their creation. */
async function untilAllWait({ api, namespace, objects }: BenchContext): Promise<void> {
  const stopped = new AbortController();
  const expired = setTimeout(() => stopped.abort(), deadlineMs);
  const waiting = new Set<string>();
  await api.watch(`${podsPath(namespace)}?watch=true`, stopped.signal, (line) => {
    const name = /"name":"(pod-[^"]+)"/.exec(line)?.[1];
    if (name && line.includes('"reason":"Unschedulable"')) waiting.add(name);
    if (waiting.size === objects) stopped.abort();
  });
  clearTimeout(expired);
  if (waiting.size < objects) throw new Error(`only ${waiting.size} of ${objects} pods were tried`);
}
