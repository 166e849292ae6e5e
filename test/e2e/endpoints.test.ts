import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type Instance, startInstance } from '../support/instance.ts';

let instance: Instance;
beforeAll(async () => {
  instance = await startInstance({ nodes: 'simulated:1' });
});
afterAll(() => instance?.remove());

const json = async (...args: string[]) => JSON.parse(await instance.ok('get', ...args, '-o', 'json'));
const rowsOf = (text: string): string[][] =>
  text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s{2,}/));

function podOf(name: string, labels: Record<string, string>) {
  const container = { name: 'main', image: 'pause', ports: [{ name: 'web', containerPort: 8080 }] };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, labels }, spec: { containers: [container] } };
}

function serviceOf(name: string, spec: object) {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } };
}

async function apply(...objects: object[]): Promise<void> {
  const list = { apiVersion: 'v1', kind: 'List', items: objects };
  const { code, stderr } = await instance.apply(JSON.stringify(list));
  expect([code, stderr]).toEqual([0, expect.not.stringMatching(/error/i)]);
}

const slicesOf = async (service: string) =>
  (await json('endpointslices', '-l', `kubernetes.io/service-name=${service}`)).items;

describe('kubectl', () => {
  test('exposes pods, and shows the Service with its endpoints', async () => {
    await apply(podOf('web', { app: 'web' }));
    await instance.ok('wait', '--for=condition=Ready', 'pod/web', '--timeout=30s');
    await instance.ok('expose', 'pod', 'web', '--port=80', '--target-port=web', '--name=web');
    const { status } = await json('pod', 'web');
    const address = `${status.podIP}:8080`;
    await eventually('the endpoints are there', async () =>
      (await instance.ok('get', 'endpoints', 'web')).includes(address),
    );
    const [names, cells] = rowsOf(await instance.ok('get', 'svc', 'web', '-o', 'wide'));
    expect(names).toEqual(['NAME', 'TYPE', 'CLUSTER-IP', 'EXTERNAL-IP', 'PORT(S)', 'AGE', 'SELECTOR']);
    expect(cells).toEqual([
      'web',
      'ClusterIP',
      expect.stringMatching(/^127\./),
      '<none>',
      '80/TCP',
      expect.any(String),
      'app=web',
    ]);
    const slices = rowsOf(await instance.ok('get', 'endpointslices', '-l', 'kubernetes.io/service-name=web'));
    expect(slices).toEqual([
      ['NAME', 'ADDRESSTYPE', 'PORTS', 'ENDPOINTS', 'AGE'],
      [expect.stringMatching(/^web-/), 'IPv4', '8080', status.podIP, expect.any(String)],
    ]);
    const described = await instance.ok('describe', 'service', 'web');
    expect(described).toMatch(/Selector:\s+app=web/);
    expect(described).toMatch(/TargetPort:\s+web\/TCP/);
    expect(described).toContain(address);
    expect(await instance.ok('get', 'all')).toContain('service/web');
  });

  test('finds the API server in every cluster', async () => {
    expect(await instance.ok('cluster-info')).toContain('Kubernetes control plane');
    const { spec } = await json('service', 'kubernetes');
    expect(spec.ports).toEqual([expect.objectContaining({ name: 'https', port: 443 })]);
    expect((await json('endpoints', 'kubernetes')).kind).toBe('Endpoints');
    expect(await slicesOf('kubernetes')).toHaveLength(1);
    await instance.ok('delete', 'service', 'kubernetes');
    expect((await json('service', 'kubernetes')).spec.type).toBe('ClusterIP');
  });

  test('makes Services of each type', async () => {
    const create = (...args: string[]) => instance.ok('create', 'service', ...args);
    await create('nodeport', 'by-node', '--tcp=80:8080', '--node-port=30123');
    await create('loadbalancer', 'by-balancer', '--tcp=80');
    await create('externalname', 'elsewhere', '--external-name=db.example.com');
    await create('clusterip', 'headless', '--clusterip=None');
    const rows = rowsOf(await instance.ok('get', 'svc', 'by-node', 'by-balancer', 'elsewhere', 'headless'));
    expect(rows.slice(1).map(([name, type, , external, ports]) => [name, type, external, ports])).toEqual([
      ['by-node', 'NodePort', '<none>', '80:30123/TCP'],
      ['by-balancer', 'LoadBalancer', '<pending>', expect.stringMatching(/^80:3\d{4}\/TCP$/)],
      ['elsewhere', 'ExternalName', 'db.example.com', '<none>'],
      ['headless', 'ClusterIP', '<none>', '<none>'],
    ]);
    const taken = await instance.kubectl(
      'create',
      'service',
      'nodeport',
      'again',
      '--tcp=80',
      '--node-port=30123',
    );
    expect(taken.stderr).toContain(
      'spec.ports[0].nodePort: Invalid value: 30123: provided port is already allocated',
    );
  });
});

describe('endpoints', () => {
  test('come and go with a Service that matches no pods', async () => {
    await apply(serviceOf('empty', { selector: { app: 'nobody' } }));
    await eventually('there is an empty slice', async () => (await slicesOf('empty')).length === 1);
    expect((await slicesOf('empty'))[0]).toMatchObject({ endpoints: [], ports: [] });
    expect((await json('endpoints', 'empty')).subsets).toBeUndefined();
    await instance.ok('delete', 'service', 'empty');
    await eventually('they are gone', async () => (await slicesOf('empty')).length === 0);
    expect((await instance.kubectl('get', 'endpoints', 'empty')).stderr).toContain('NotFound');
  });

  test('are those of the pods that match, apart by their ports', async () => {
    await apply(
      serviceOf('both', { selector: { pair: 'yes' }, ports: [{ name: 'web', port: 80, targetPort: 'web' }] }),
      podOf('first', { pair: 'yes', name: 'first' }),
      {
        ...podOf('second', { pair: 'yes', name: 'second' }),
        spec: {
          containers: [{ name: 'main', image: 'pause', ports: [{ name: 'web', containerPort: 9090 }] }],
        },
      },
    );
    const endpoints = async (): Promise<Array<{ port: number; pods: string[] }>> =>
      (await slicesOf('both')).map(
        (slice: {
          ports: Array<{ port: number }> | null;
          endpoints: Array<{ targetRef: { name: string } }> | null;
        }) => ({
          port: slice.ports?.[0]?.port ?? 0,
          pods: (slice.endpoints ?? []).map(({ targetRef }) => targetRef.name),
        }),
      );
    await eventually('both are there', async () => {
      expect((await endpoints()).sort((a, b) => a.port - b.port)).toEqual([
        { port: 8080, pods: ['first'] },
        { port: 9090, pods: ['second'] },
      ]);
      return true;
    });
    const { subsets } = await json('endpoints', 'both');
    expect(subsets.map(({ ports }: { ports: Array<{ port: number }> }) => ports[0]?.port).sort()).toEqual([
      8080, 9090,
    ]);
    await instance.ok('delete', 'pod', 'first', '--grace-period=0', '--force');
    await eventually(
      'one is left',
      async () => (await endpoints()).flatMap(({ pods }) => pods).join() === 'second',
    );
  });

  test('that are kept by hand are mirrored as they are made, changed and deleted', async () => {
    await apply(serviceOf('by-hand', {}));
    const custom = (ip: string) => ({
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { name: 'by-hand', labels: { mine: 'yes' } },
      subsets: [{ addresses: [{ ip }], ports: [{ port: 80 }] }],
    });
    const mirrored = async (): Promise<string[]> =>
      (await slicesOf('by-hand')).flatMap(
        (slice: {
          endpoints: Array<{ addresses: string[] }>;
          metadata: { labels: Record<string, string> };
        }) => {
          expect(slice.metadata.labels).toMatchObject({
            mine: 'yes',
            'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
          });
          return slice.endpoints.flatMap(({ addresses }) => addresses);
        },
      );
    await apply(custom('10.1.2.3'));
    await eventually('it is mirrored', async () => (await mirrored()).join() === '10.1.2.3');
    await apply(custom('10.2.3.4'));
    await eventually('the mirror follows', async () => (await mirrored()).join() === '10.2.3.4');
    await instance.ok('delete', 'endpoints', 'by-hand');
    await eventually('the mirror goes', async () => (await mirrored()).length === 0);
  });

  test('are there soon after their Service', async () => {
    await apply(podOf('quick', { app: 'quick' }));
    await instance.ok('wait', '--for=condition=Ready', 'pod/quick', '--timeout=30s');
    const names = Array.from({ length: 20 }, (_, i) => `quick-${i}`);
    await apply(...names.map((name) => serviceOf(name, { selector: { app: 'quick' } })));
    await eventually('each has its endpoint', async () => {
      const { items } = await json('endpoints');
      const filled = items.filter(
        ({ metadata, subsets }: { metadata: { name: string }; subsets?: unknown[] }) =>
          names.includes(metadata.name) && subsets?.length === 1,
      );
      return filled.length === names.length;
    });
  });
});
