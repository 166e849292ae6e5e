import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type Instance, startInstance } from '../support/instance.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
const example = join(import.meta.dirname, '../../examples/statefulset.yaml');
let instance: Instance;

const ok = (...args: string[]): Promise<string> => instance.ok(...args);

async function json(...args: string[]) {
  return JSON.parse(await ok(...args, '-o', 'json'));
}

interface PodItem {
  readonly metadata: { readonly name: string; readonly uid: string; readonly creationTimestamp: string };
  readonly spec: {
    readonly hostname: string;
    readonly subdomain: string;
    readonly containers: readonly { readonly image: string }[];
  };
}

async function pods(app: string): Promise<PodItem[]> {
  const { items } = await json('get', 'pods', '-l', `app=${app}`);
  return items;
}

const images = async (): Promise<string[]> =>
  (await pods('web')).map(({ metadata, spec }) => `${metadata.name}=${spec.containers[0]?.image}`).toSorted();

const rolledOut = async (name: string): Promise<void> => {
  expect(await ok('rollout', 'status', `sts/${name}`, '--timeout=90s')).toMatch(
    /(partitioned roll out complete|rolling update complete)/,
  );
};

const web = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'web' },
  spec: {
    serviceName: 'web',
    replicas: 3,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [{ name: 'main', image: 'nginx:1.26' }],
      },
    },
  },
};

beforeAll(async () => {
  instance = await startInstance({ nodes: 'simulated:2' });
});
afterAll(() => instance?.remove());

describe('a StatefulSet on simulated nodes', () => {
  test('comes up in order, each pod with its name, and kubectl says so', async () => {
    expect((await instance.apply(JSON.stringify(web))).code).toBe(0);
    await rolledOut('web');
    expect(await images()).toEqual(['web-0=nginx:1.26', 'web-1=nginx:1.26', 'web-2=nginx:1.26']);
    expect(await ok('get', 'sts')).toMatch(/^NAME +READY +AGE\nweb +3\/3 +\d+s\n$/);
    const [first] = await pods('web');
    expect(first?.spec).toMatchObject({ hostname: 'web-0', subdomain: 'web' });
    const { items } = await json('get', 'events', '--field-selector', 'involvedObject.name=web');
    const told = items.map(
      ({ reason, message }: { reason: string; message: string }) => `${reason} ${message}`,
    );
    for (const name of ['web-0', 'web-1', 'web-2']) {
      expect(told).toContain(`SuccessfulCreate create Pod ${name} in StatefulSet web successful`);
    }
  });

  test('is scaled, down from the highest pod and up again', async () => {
    await ok('scale', 'sts/web', '--replicas=1', '--current-replicas=3');
    await eventually('one pod is left', async () => (await images()).length === 1, 60_000);
    expect(await images()).toEqual(['web-0=nginx:1.26']);
    expect(await ok('get', '--raw', '/apis/apps/v1/namespaces/default/statefulsets/web/scale')).toContain(
      '"selector":"app=web"',
    );
    await ok('scale', 'sts/web', '--replicas=3');
    await rolledOut('web');
    expect(await images()).toHaveLength(3);
  });

  test('is updated as a canary first, then whole, has a history, and goes back', async () => {
    const partition = (value: number) =>
      JSON.stringify({ spec: { updateStrategy: { rollingUpdate: { partition: value } } } });
    await ok('patch', 'sts', 'web', '-p', partition(2));
    await ok('set', 'image', 'sts/web', 'main=nginx:1.27');
    expect(await ok('rollout', 'status', 'sts/web', '--timeout=60s')).toContain(
      'partitioned roll out complete: 1 new pods have been updated',
    );
    expect(await images()).toEqual(['web-0=nginx:1.26', 'web-1=nginx:1.26', 'web-2=nginx:1.27']);
    await ok('delete', 'pod', 'web-1', '--timeout=30s');
    await rolledOut('web');
    await eventually('web-1 is back', async () => (await images()).length === 3);
    expect(await images()).toEqual(['web-0=nginx:1.26', 'web-1=nginx:1.26', 'web-2=nginx:1.27']);

    await ok('patch', 'sts', 'web', '-p', partition(0));
    await rolledOut('web');
    expect(await images()).toEqual(['web-0=nginx:1.27', 'web-1=nginx:1.27', 'web-2=nginx:1.27']);
    expect(await ok('rollout', 'history', 'sts/web')).toMatch(
      /^statefulset.apps\/web \nREVISION +CHANGE-CAUSE\n1 .*\n2 /,
    );
    expect(await ok('rollout', 'history', 'sts/web', '--revision=1')).toContain('nginx:1.26');
    expect(await ok('rollout', 'undo', 'sts/web')).toContain('rolled back');
    await rolledOut('web');
    expect(await images()).toEqual(['web-0=nginx:1.26', 'web-1=nginx:1.26', 'web-2=nginx:1.26']);
    const { status } = await json('get', 'sts', 'web');
    expect(status.currentRevision).toBe(status.updateRevision);
    const { items } = await json('get', 'controllerrevisions', '-l', 'app=web');
    expect(items.map(({ revision }: { revision: number }) => revision).toSorted()).toEqual([2, 3]);
  });

  test('refuses a change of what is fixed, in upstream’s words', async () => {
    const refused = await instance.kubectl('patch', 'sts', 'web', '-p', '{"spec":{"serviceName":"other"}}');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(
      `The StatefulSet "web" is invalid: spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden`,
    );
  });

  test('is described by kubectl, and takes its pods along when it is deleted', async () => {
    const described = await ok('describe', 'sts', 'web');
    expect(described).toMatch(/Replicas: +3 desired \| 3 total/);
    expect(described).toMatch(
      /SuccessfulDelete +\S+ .*statefulset-controller +delete Pod web-2 in StatefulSet web successful/,
    );
    await ok('delete', 'sts', 'web', '--timeout=60s');
    await eventually('the pods are gone', async () => (await pods('web')).length === 0, 60_000);
  });
});

describe('statefulset.yaml', () => {
  test('has db-0, db-1 and db-2, in order, each with a claim of its own', async () => {
    await ok('apply', '-f', example);
    await rolledOut('db');
    const found = await pods('db');
    expect(found.map(({ metadata }) => metadata.name)).toEqual(['db-0', 'db-1', 'db-2']);
    const created = found.map(({ metadata }) => metadata.creationTimestamp);
    expect(created).toEqual(created.toSorted());
    const { items } = await json('get', 'pvc');
    expect(
      items.map(
        ({ metadata, status }: { metadata: { name: string }; status: { phase: string } }) =>
          `${metadata.name} ${status.phase}`,
      ),
    ).toEqual(['data-db-0 Bound', 'data-db-1 Bound', 'data-db-2 Bound']);
    await ok('delete', '-f', example, '--timeout=60s');
  });
});
