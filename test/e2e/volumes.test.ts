import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type Instance, startInstance } from '../support/instance.ts';

const examples = join(import.meta.dirname, '../../examples');
let instance: Instance;

beforeAll(async () => {
  instance = await startInstance();
});
afterAll(async () => {
  await instance?.remove();
});

const apply = async (...objects: readonly object[]) => {
  const list = { apiVersion: 'v1', kind: 'List', items: objects };
  const { code, stderr } = await instance.apply(JSON.stringify(list));
  expect([code, stderr]).toEqual([0, '']);
};
const claim = (name: string) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
});
const pod = (name: string, script: string, volume: object) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: {
    terminationGracePeriodSeconds: 1,
    restartPolicy: 'Never',
    containers: [
      {
        name: 'main',
        image: 'busybox',
        command: ['/bin/sh', '-c', script],
        volumeMounts: [{ name: 'data', mountPath: '/data' }],
      },
    ],
    volumes: [{ name: 'data', ...volume }],
  },
});
const ofClaim = (claimName: string) => ({ persistentVolumeClaim: { claimName } });
const keepId = 'echo $HOSTNAME >> /data/id; cat /data/id; sleep 1000';
const json = async (...args: string[]) => JSON.parse(await instance.ok('get', ...args, '-o', 'json'));
/** Waits until the output of a command has the text in it. */
const shows = (text: string, ...args: string[]) =>
  eventually(text, async () => (await instance.ok(...args)).includes(text), 40_000);
const logs = (name: string, text: string) => shows(text, 'logs', name);

describe('a claim', () => {
  test('waits for a pod, gets a directory, is kept while it is used, and leaves nothing behind', async () => {
    await apply(claim('mine'));
    const waiting = await instance.ok('get', 'pvc', 'mine');
    expect(waiting).toMatch(
      /^NAME +STATUS +VOLUME +CAPACITY +ACCESS MODES +STORAGECLASS +VOLUMEATTRIBUTESCLASS +AGE\n/,
    );
    expect(waiting).toMatch(/mine +Pending +berth-local +<unset>/);
    await shows('waiting for first consumer to be created before binding', 'describe', 'pvc', 'mine');
    expect(await instance.ok('get', 'sc')).toMatch(
      /berth-local \(default\) +local\.berth\.dev +Delete +WaitForFirstConsumer +true/,
    );

    await apply(pod('first', keepId, ofClaim('mine')));
    await instance.ok('wait', '--for=condition=Ready', 'pod/first', '--timeout=60s');
    await logs('first', 'first\n');
    expect(await instance.ok('get', 'pvc', 'mine')).toMatch(/mine +Bound +pvc-\S+ +1Gi +RWO +berth-local/);
    const { volumeName } = (await json('pvc', 'mine')).spec;
    expect(await instance.ok('get', 'pv', volumeName)).toMatch(
      /1Gi +RWO +Delete +Bound +default\/mine +berth-local/,
    );

    await instance.ok('delete', 'pvc', 'mine', '--wait=false');
    expect(await instance.ok('get', 'pvc', 'mine')).toMatch(/mine +Terminating/);
    await instance.ok('delete', 'pod', 'first', '--timeout=60s');
    await instance.ok('wait', '--for=delete', 'pvc/mine', '--timeout=60s');
    await instance.ok('wait', '--for=delete', `pv/${volumeName}`, '--timeout=60s');
  }, 240_000);

  test('has for the next pod what the one before it wrote', async () => {
    await apply(claim('kept'), pod('one', keepId, ofClaim('kept')));
    await logs('one', 'one\n');
    await instance.ok('delete', 'pod', 'one', '--timeout=60s');
    await apply(pod('two', keepId, ofClaim('kept')));
    await logs('two', 'one\ntwo\n');
    await instance.ok('delete', 'pod/two', 'pvc/kept', '--timeout=60s');
  }, 180_000);

  test('that is not there keeps its pod waiting, and says so', async () => {
    await apply(pod('early', keepId, ofClaim('late')));
    await shows('persistentvolumeclaim "late" not found', 'describe', 'pod', 'early');
    await apply(claim('late'));
    await instance.ok('wait', '--for=condition=Ready', 'pod/early', '--timeout=60s');
    await instance.ok('delete', 'pod/early', 'pvc/late', '--timeout=60s');
  }, 180_000);

  test('of an ephemeral volume goes with its pod', async () => {
    const volumeClaimTemplate = { spec: claim('').spec };
    await apply(pod('scratch', keepId, { ephemeral: { volumeClaimTemplate } }));
    await logs('scratch', 'scratch\n');
    expect(await instance.ok('get', 'pvc', 'scratch-data')).toMatch(/Bound/);
    await instance.ok('delete', 'pod', 'scratch', '--timeout=60s');
    await instance.ok('wait', '--for=delete', 'pvc/scratch-data', '--timeout=60s');
  }, 180_000);
});

describe('a running pod', () => {
  const followed = 'while :; do cat /data/*; echo; sleep 0.2; done';

  test('sees a ConfigMap, a Secret and its labels change within seconds', async () => {
    await instance.ok('create', 'configmap', 'settings', '--from-literal=colour=blue');
    await instance.ok('create', 'secret', 'generic', 'keys', '--from-literal=key=old-key');
    const sources = [
      { configMap: { name: 'settings' } },
      { secret: { name: 'keys' } },
      { downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
    ];
    await apply(pod('follower', followed, { projected: { sources } }));
    await logs('follower', 'blue');
    await instance.ok('patch', 'configmap', 'settings', '-p', '{"data":{"colour":"green"}}');
    await instance.ok('patch', 'secret', 'keys', '-p', '{"stringData":{"key":"new-key"}}');
    await instance.ok('label', 'pod', 'follower', 'shape=round');
    for (const text of ['green', 'new-key', 'shape="round"']) await logs('follower', text);
    await instance.ok('delete', 'pod', 'follower', '--timeout=60s');
  }, 180_000);

  test('is told what cannot be mounted, in ContainerCreating', async () => {
    await apply(
      pod('nfs', 'true', { nfs: { server: 's', path: '/p' } }),
      pod('host', 'true', { hostPath: { path: '/etc' } }),
    );
    for (const [name, message] of [
      [
        'nfs',
        'MountVolume.SetUp failed for volume "data" : this runtime does not support volumes of type nfs',
      ],
      ['host', 'hostPath "/etc" is not allowed: this node allows no hostPath volumes'],
    ] as const) {
      await shows(message, 'describe', 'pod', name);
      expect(await instance.ok('get', 'pod', name)).toMatch(/ContainerCreating/);
    }
    await instance.ok('delete', 'pod/nfs', 'pod/host', '--timeout=60s');
  }, 120_000);

  test('that fills an emptyDir beyond its limit is evicted', async () => {
    await apply(
      pod('greedy', 'head -c 2000000 /dev/zero > /data/x; sleep 1000', { emptyDir: { sizeLimit: '1Mi' } }),
    );
    await instance.ok('wait', '--for=jsonpath={.status.reason}=Evicted', 'pod/greedy', '--timeout=60s');
    expect((await json('pod', 'greedy')).status).toMatchObject({
      phase: 'Failed',
      message: 'Usage of EmptyDir volume "data" exceeds the limit "1Mi". ',
    });
    await shows('Usage of EmptyDir volume "data" exceeds the limit "1Mi".', 'describe', 'pod', 'greedy');
  }, 120_000);

  test('shares an emptyDir between its containers', async () => {
    await instance.ok('apply', '-f', join(examples, 'pod-sidecar.yaml'));
    await instance.ok('wait', '--for=jsonpath={.status.phase}=Succeeded', 'pod/sidecar', '--timeout=60s');
    expect(await instance.ok('logs', 'sidecar', '-c', 'reader')).toBe('from-writer\n');
  }, 90_000);
});

describe('a StatefulSet', () => {
  /** What the pod of an ordinal has written down of itself, as it stands on the node's disk. */
  const idsOf = async (claimName: string) => {
    const { volumeName } = (await json('pvc', claimName)).spec;
    const { uid } = (await json('pv', volumeName)).metadata;
    const pattern = `nodes/*/*/volumes/*/${uid}/data/id`;
    for await (const path of glob(pattern, { cwd: instance.dataDirectory })) {
      return readFile(join(instance.dataDirectory, path), 'utf8');
    }
    return '';
  };

  test('has its own volume for each pod, and each finds it again: deleted, or its node restarted', async () => {
    await instance.ok('apply', '-f', join(examples, 'statefulset.yaml'));
    await instance.ok('rollout', 'status', 'statefulset/db', '--timeout=90s');
    const claims = (await json('pvc', '-l', 'app=db')).items as ReadonlyArray<{ metadata: { name: string } }>;
    expect(claims.map(({ metadata }) => metadata.name)).toEqual(['data-db-0', 'data-db-1', 'data-db-2']);
    await instance.ok('delete', 'pod', 'db-1', '--grace-period=1', '--timeout=60s');
    await instance.ok('rollout', 'status', 'statefulset/db', '--timeout=90s');
    await eventually(
      'db-1 has begun twice',
      async () => (await idsOf('data-db-1')) === 'db-1\ndb-1\n',
      40_000,
    );
    expect(await idsOf('data-db-0')).toBe('db-0\n');

    const { dataDirectory } = instance;
    await instance.stop();
    instance = await startInstance({ dataDirectory });
    await eventually(
      'db-0 has begun again',
      async () => (await idsOf('data-db-0')) === 'db-0\ndb-0\n',
      60_000,
    );
    await instance.ok('delete', 'statefulset', 'db', '--timeout=60s');
    await instance.ok('wait', '--for=delete', 'pod/db-0', 'pod/db-1', 'pod/db-2', '--timeout=90s');
    // Claims outlive their set, unless it says otherwise.
    expect((await json('pvc', '-l', 'app=db')).items).toHaveLength(3);
  }, 300_000);
});
