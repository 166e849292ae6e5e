import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type Instance, startInstance } from '../support/instance.ts';

const examples = join(import.meta.dirname, '../../examples');
const deadlineMs = 40_000;
let instance: Instance;
let namespaces = 0;
let namespace: string;

beforeAll(async () => {
  instance = await startInstance({ nodes: 'simulated:2' });
});
afterAll(() => instance?.remove());
beforeEach(async () => {
  namespace = `replicas-${++namespaces}`;
  await instance.ok('create', 'namespace', namespace);
});

const inNamespace = (...args: string[]): Promise<string> => instance.ok('-n', namespace, ...args);
const read = async (...args: string[]) => JSON.parse(await inNamespace('get', ...args, '-o', 'json'));
const create = async (manifest: object): Promise<void> => {
  const { code, stderr } = await instance.apply(JSON.stringify(manifest), '-n', namespace);
  expect([code, stderr]).toEqual([0, '']);
};

interface PodLike {
  readonly metadata: {
    readonly name: string;
    readonly deletionTimestamp?: string;
    readonly ownerReferences?: ReadonlyArray<{ readonly name: string; readonly controller?: boolean }>;
  };
  readonly spec: { readonly nodeName?: string };
}

/** Pods that are not on their way out. */
async function podsOf(selector: string): Promise<PodLike[]> {
  const { items } = (await read('pods', '-l', selector)) as { items: PodLike[] };
  return items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}

const rowsOf = (text: string): string[][] =>
  text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s{2,}/));

async function allReady(resource: string, count: number): Promise<void> {
  await inNamespace('wait', resource, `--for=jsonpath={.status.readyReplicas}=${count}`, '--timeout=60s');
}

describe.each([
  {
    file: 'replicaset.yaml',
    resource: 'rs/web',
    full: 'replicaset.apps/web',
    selector: 'app=web',
  },
  {
    file: 'replicationcontroller.yaml',
    resource: 'rc/nginx',
    full: 'replicationcontroller/nginx',
    selector: 'app=nginx',
  },
])('$file', ({ file, resource, full, selector }) => {
  beforeEach(async () => {
    await inNamespace('apply', '-f', join(examples, file));
    await allReady(resource, 3);
  });

  test('keeps three pods, as its columns and its Events tell', async () => {
    const [names, cells] = rowsOf(await inNamespace('get', resource));
    expect(names).toEqual(['NAME', 'DESIRED', 'CURRENT', 'READY', 'AGE']);
    expect(cells?.slice(1, 4)).toEqual(['3', '3', '3']);
    expect(await inNamespace('get', 'all')).toContain(full);
    const pods = await podsOf(selector);
    const description = await inNamespace('describe', resource);
    expect(description).toContain('Pods Status:  3 Running / 0 Waiting / 0 Succeeded / 0 Failed');
    for (const { metadata } of pods) expect(description).toContain(`Created pod: ${metadata.name}`);

    const [first] = pods;
    if (!first) throw new Error('no pods');
    await inNamespace('delete', 'pod', first.metadata.name, '--wait=false');
    await eventually('another pod takes its place', async () => {
      const left = await podsOf(selector);
      return left.length === 3 && !left.some(({ metadata }) => metadata.name === first.metadata.name);
    });
  });

  test('is scaled by kubectl, which may say from what', async () => {
    await inNamespace('scale', resource, '--replicas=5');
    await allReady(resource, 5);
    const wrong = await instance.kubectl(
      '-n',
      namespace,
      'scale',
      resource,
      '--current-replicas=3',
      '--replicas=1',
    );
    expect([wrong.code, wrong.stderr]).toEqual([
      1,
      expect.stringContaining('Expected replicas to be 3, was 5'),
    ]);
    const stale = await instance.kubectl(
      '-n',
      namespace,
      'scale',
      resource,
      '--resource-version=1',
      '--replicas=1',
    );
    expect([stale.code, stale.stderr]).toEqual([
      1,
      expect.stringContaining('Expected resource version to be 1'),
    ]);
    expect(await inNamespace('scale', resource, '--current-replicas=5', '--replicas=2')).toContain('scaled');
    await eventually('two are left', async () => (await podsOf(selector)).length === 2);
    await eventually('the Events tell of it', async () =>
      (await inNamespace('describe', resource)).includes('Deleted pod: '),
    );
    const [names, cells] = rowsOf(await inNamespace('get', resource, '--subresource=scale'));
    expect([names, cells?.slice(1, 3)]).toEqual([
      ['NAME', 'DESIRED', 'AVAILABLE', 'AGE'],
      ['2', '2'],
    ]);
  });

  test('lets go of a pod that loses its label, and takes a matching one that nobody has', async () => {
    const [first] = await podsOf(selector);
    if (!first) throw new Error('no pods');
    const { name } = first.metadata;
    await inNamespace('label', 'pod', name, 'app=debug', '--overwrite');
    await eventually('the pod is on its own, and replaced', async () => {
      const released = (await read('pod', name)) as PodLike;
      return released.metadata.ownerReferences === undefined && (await podsOf(selector)).length === 3;
    });
    await inNamespace('scale', resource, '--replicas=4');
    await allReady(resource, 4);
    await inNamespace('scale', resource, '--replicas=4');
    await inNamespace('delete', 'pod', '-l', selector, '--wait=false');
    await inNamespace('label', 'pod', name, selector, '--overwrite');
    await eventually('it is taken back', async () => {
      const adopted = (await read('pod', name)) as PodLike;
      return adopted.metadata.ownerReferences?.some(({ controller }) => controller);
    });
    await eventually('four there are, and no more', async () => (await podsOf(selector)).length === 4);
  });

  test('is deleted with its pods: in the background, or after them', async () => {
    await inNamespace('delete', resource, '--cascade=foreground', '--timeout=60s');
    expect((await read('pods', '-l', selector)).items).toEqual([]);
    await inNamespace('apply', '-f', join(examples, file));
    await allReady(resource, 3);
    await inNamespace('delete', resource, '--cascade=background');
    await eventually(
      'the pods go',
      async () => (await read('pods', '-l', selector)).items.length === 0,
      deadlineMs,
    );
  });

  test('is deleted without its pods, which a later one adopts', async () => {
    const before = (await podsOf(selector)).map(({ metadata }) => metadata.name).sort();
    await inNamespace('delete', resource, '--cascade=orphan');
    const orphans = await podsOf(selector);
    expect(orphans.map(({ metadata }) => metadata.name).sort()).toEqual(before);
    expect(orphans.every(({ metadata }) => metadata.ownerReferences === undefined)).toBe(true);
    await inNamespace('apply', '-f', join(examples, file));
    await allReady(resource, 3);
    const adopted = await podsOf(selector);
    expect(adopted.map(({ metadata }) => metadata.name).sort()).toEqual(before);
    expect(adopted.every(({ metadata }) => metadata.ownerReferences?.[0]?.controller)).toBe(true);
  });
});

test('a quota that leaves no room is told by a condition and an Event, and room is used at once', async () => {
  await inNamespace(
    'create',
    'quota',
    'small',
    '--hard=pods=2,count/replicasets.apps=1,replicationcontrollers=0',
  );
  await inNamespace('apply', '-f', join(examples, 'replicaset.yaml'));
  await inNamespace('wait', 'rs/web', '--for=condition=ReplicaFailure', '--timeout=60s');
  const { status } = await read('rs', 'web');
  expect(status.conditions[0]).toMatchObject({
    reason: 'FailedCreate',
    message: expect.stringMatching(
      /^pods "web-\w{5}" is forbidden: exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2$/,
    ),
  });
  await eventually('the Events tell of it', async () =>
    (await inNamespace('describe', 'rs', 'web')).includes('FailedCreate'),
  );
  const refused = await instance.kubectl(
    '-n',
    namespace,
    'apply',
    '-f',
    join(examples, 'replicationcontroller.yaml'),
  );
  expect(refused.stderr).toContain(
    'replicationcontrollers "nginx" is forbidden: exceeded quota: small, requested: replicationcontrollers=1, used: replicationcontrollers=0, limited: replicationcontrollers=0',
  );
  expect((await read('quota', 'small')).status.used).toEqual({
    pods: '2',
    'count/replicasets.apps': '1',
    replicationcontrollers: '0',
  });
  await inNamespace('patch', 'quota', 'small', '--patch={"spec":{"hard":{"pods":"3"}}}');
  await allReady('rs/web', 3);
  expect((await read('rs', 'web')).status.conditions).toBeUndefined();
});

describe('kubectl drain', () => {
  const daemonSet = {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent' },
    spec: {
      selector: { matchLabels: { app: 'agent' } },
      template: {
        metadata: { labels: { app: 'agent' } },
        spec: { containers: [{ name: 'c', image: 'busybox' }] },
      },
    },
  };
  const budget = {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'web' },
    spec: { minAvailable: 3, selector: { matchLabels: { app: 'web' } } },
  };
  const asOperator = (...args: string[]) => instance.ok('--kubeconfig', instance.adminKubeconfig, ...args);

  test('empties a node as far as budgets allow, and leaves DaemonSets their pods', async () => {
    await inNamespace('apply', '-f', join(examples, 'replicaset.yaml'));
    await create(daemonSet);
    await create(budget);
    await allReady('rs/web', 3);
    await inNamespace('wait', 'ds/agent', '--for=jsonpath={.status.numberReady}=2', '--timeout=60s');
    await inNamespace('wait', 'pdb/web', '--for=jsonpath={.status.currentHealthy}=3', '--timeout=60s');
    const [, cells] = rowsOf(await inNamespace('get', 'pdb', 'web'));
    expect(cells?.slice(0, 4)).toEqual(['web', '3', 'N/A', '0']);
    const [first] = await podsOf('app=web');
    const node = first?.spec.nodeName;
    if (node === undefined) throw new Error('the pod has no node');

    await asOperator('cordon', node);
    const drain = (...args: string[]) =>
      instance.kubectl('drain', node, `--pod-selector=app in (web,agent)`, ...args);
    expect((await drain()).stderr).toContain(
      'cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore)',
    );
    const refused = await drain('--ignore-daemonsets', '--timeout=3s');
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringContaining("Cannot evict pod as it would violate the pod's disruption budget."),
    ]);
    expect((await podsOf('app=web')).filter(({ spec }) => spec.nodeName === node)).not.toEqual([]);

    await inNamespace('patch', 'pdb', 'web', '--type=merge', '--patch={"spec":{"minAvailable":2}}');
    const drained = await drain('--ignore-daemonsets', '--timeout=60s');
    expect([drained.code, drained.stdout]).toEqual([0, expect.stringContaining(`node/${node} drained`)]);
    const left = await podsOf('app=web');
    expect(left.map(({ spec }) => spec.nodeName)).not.toContain(node);
    expect((await podsOf('app=agent')).map(({ spec }) => spec.nodeName)).toContain(node);

    await asOperator('uncordon', node);
    await inNamespace('scale', 'rs/web', '--replicas=8');
    await eventually('the node is used again', async () =>
      (await podsOf('app=web')).some(({ spec }) => spec.nodeName === node),
    );
  }, 120_000);
});
