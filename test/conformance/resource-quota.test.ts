import { expect } from 'vitest';
import { change, refusal, until, untilGone, untilList } from './awaiting.ts';
import type { Kube, KubeJson, Target } from './kube.ts';
import { appsWorkload, pod, replicationController, suffix } from './objects.ts';
import { promise, type Trial } from './promise.ts';

const quotaName = 'test-quota';

/** What a namespace may have; generous but for what the tests exhaust. */
const hard: Readonly<Record<string, string>> = {
  pods: '5',
  services: '10',
  'services.nodeports': '1',
  'services.loadbalancers': '1',
  replicationcontrollers: '10',
  resourcequotas: '1',
  cpu: '1',
  memory: '500Mi',
  configmaps: '10',
  secrets: '10',
  persistentvolumeclaims: '10',
  'requests.storage': '10Gi',
  'requests.ephemeral-storage': '50Gi',
  'requests.example.com/dongle': '3',
  'count/replicasets.apps': '5',
};

const quota = (name: string, limits: object, spec: object = {}): KubeJson => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name },
  spec: { hard: limits, ...spec },
});

const quotas = ({ namespace }: Trial, name?: string): Target => ({
  resource: 'resourcequotas',
  namespace,
  ...(name === undefined ? {} : { name }),
});

/** Waits until a quota's status says that so much is used of these. */
function untilUsed(trial: Trial, name: string, used: Readonly<Record<string, string>>): Promise<KubeJson> {
  return until(trial.kube, quotas(trial, name), ({ status }) =>
    Object.entries(used).every(([resource, amount]) => status?.used?.[resource] === amount),
  );
}

/** What of the namespace there is before the test makes anything: every cluster puts in some of its own. */
async function createQuota(trial: Trial, limits: Readonly<Record<string, string>> = hard): Promise<KubeJson> {
  const { kube, namespace } = trial;
  await untilList(kube, { resource: 'configmaps', namespace }, (items) =>
    items.some((item) => item.metadata.name === 'kube-root-ca.crt'),
  );
  await kube.create(quotas(trial), quota(quotaName, limits));
  const counted = await until(
    kube,
    quotas(trial, quotaName),
    ({ status }) => status?.used !== undefined && Object.keys(limits).every((name) => name in status.used),
  );
  expect(counted.status.hard).toEqual(limits);
  return counted;
}

promise(
  '[sig-api-machinery] ResourceQuota should create a ResourceQuota and ensure its status is promptly calculated. [Conformance]',
  async (trial) => {
    const { status } = await createQuota(trial);
    expect(status.used).toMatchObject({
      pods: '0',
      services: '0',
      resourcequotas: '1',
      cpu: '0',
      memory: '0',
    });
  },
);

/** One object is counted when it is there, and given free when it is gone. */
async function capturesLifeOf(
  trial: Trial,
  counted: string,
  { resource, object }: { resource: string; object: KubeJson },
): Promise<void> {
  const target = { resource, namespace: trial.namespace };
  const before = await createQuota(trial);
  const amount = Number(before.status.used[counted]);
  const { metadata } = await trial.kube.create(target, object);
  await untilUsed(trial, quotaName, { [counted]: String(amount + 1) });
  await trial.kube.delete({ ...target, name: metadata.name }, { propagationPolicy: 'Background' });
  await untilUsed(trial, quotaName, { [counted]: String(amount) });
}

promise(
  '[sig-api-machinery] ResourceQuota should create a ResourceQuota and capture the life of a configMap. [Conformance]',
  (trial) =>
    capturesLifeOf(trial, 'configmaps', {
      resource: 'configmaps',
      object: { metadata: { name: 'counted' }, data: { a: 'b' } },
    }),
);

promise(
  '[sig-api-machinery] ResourceQuota should create a ResourceQuota and capture the life of a secret. [Conformance]',
  (trial) =>
    capturesLifeOf(trial, 'secrets', {
      resource: 'secrets',
      object: { metadata: { name: 'counted' }, data: { 'data-1': 'dmFsdWUtMQ==' } },
    }),
);

promise(
  '[sig-api-machinery] ResourceQuota should create a ResourceQuota and capture the life of a replica set. [Conformance]',
  (trial) =>
    capturesLifeOf(trial, 'count/replicasets.apps', {
      resource: 'replicasets',
      object: appsWorkload('ReplicaSet', 'counted', { replicas: 0, labels: { name: 'counted' } }),
    }),
);

promise(
  '[sig-api-machinery] ResourceQuota should create a ResourceQuota and capture the life of a replication controller. [Conformance]',
  (trial) =>
    capturesLifeOf(trial, 'replicationcontrollers', {
      resource: 'replicationcontrollers',
      object: replicationController('counted', { replicas: 0, labels: { name: 'counted' } }),
    }),
);

promise(
  '[sig-api-machinery] ResourceQuota should create a ResourceQuota and capture the life of a service. [Conformance]',
  async (trial) => {
    const { kube, namespace } = trial;
    await createQuota(trial);
    const services = { resource: 'services', namespace };
    const service = (name: string, type: string, spec: object = {}): object => ({
      metadata: { name },
      spec: { type, selector: { app: 'none' }, ports: [{ port: 80, targetPort: 80 }], ...spec },
    });
    await kube.create(services, service('cluster-ip', 'ClusterIP'));
    await kube.create(services, service('node-port', 'NodePort'));
    await untilUsed(trial, quotaName, {
      services: '2',
      'services.nodeports': '1',
      'services.loadbalancers': '0',
    });
    // The one node port is taken.
    const refused = await refusal(kube.create(services, service('balanced', 'LoadBalancer')));
    expect([refused.code, refused.status.reason]).toEqual([403, 'Forbidden']);
    expect(refused.message).toContain(`exceeded quota: ${quotaName}`);
    await kube.delete({ ...services, name: 'node-port' });
    await untilUsed(trial, quotaName, { services: '1', 'services.nodeports': '0' });
    await kube.create(
      services,
      service('balanced', 'LoadBalancer', { allocateLoadBalancerNodePorts: false }),
    );
    await untilUsed(trial, quotaName, {
      services: '2',
      'services.nodeports': '0',
      'services.loadbalancers': '1',
    });
    for (const name of ['cluster-ip', 'balanced']) await kube.delete({ ...services, name });
    await untilUsed(trial, quotaName, {
      services: '0',
      'services.nodeports': '0',
      'services.loadbalancers': '0',
    });
  },
);

promise(
  '[sig-api-machinery] ResourceQuota should create a ResourceQuota and capture the life of a pod. [Conformance]',
  async (trial) => {
    const { kube, namespace } = trial;
    const pods = { resource: 'pods', namespace };
    await createQuota(trial);
    const requests = {
      cpu: '500m',
      memory: '252Mi',
      'ephemeral-storage': '30Gi',
      'example.com/dongle': '2',
    };
    const limits = { 'example.com/dongle': '2' };
    await kube.create(pods, pod('counted', { resources: { requests, limits } }));
    const used = {
      pods: '1',
      cpu: '500m',
      memory: '252Mi',
      'requests.ephemeral-storage': '30Gi',
      'requests.example.com/dongle': '2',
    };
    await untilUsed(trial, quotaName, used);

    const tooMuch = [
      { requests: { cpu: '600m', memory: '100Mi' } },
      {
        requests: { cpu: '500m', memory: '100Mi', 'ephemeral-storage': '10Gi', 'example.com/dongle': '2' },
        limits,
      },
    ];
    for (const [index, resources] of tooMuch.entries()) {
      const refused = await refusal(kube.create(pods, pod(`too-much-${index}`, { resources })));
      expect(refused.code).toBe(403);
      expect(refused.message).toContain(`exceeded quota: ${quotaName}`);
    }
    await untilUsed(trial, quotaName, used);

    await kube.patch({ ...pods, name: 'counted' }, { metadata: { labels: { changed: 'yes' } } });
    const resized = await kube.get({ ...pods, name: 'counted' });
    resized.spec.containers[0].resources.requests.cpu = '100m';
    expect((await refusal(kube.replace({ ...pods, name: 'counted' }, resized))).code).toBe(422);
    await untilUsed(trial, quotaName, used);

    await kube.delete({ ...pods, name: 'counted' }, { gracePeriodSeconds: 0 });
    await untilUsed(trial, quotaName, {
      pods: '0',
      cpu: '0',
      memory: '0',
      'requests.ephemeral-storage': '0',
      'requests.example.com/dongle': '0',
    });
  },
);

promise(
  '[sig-api-machinery] ResourceQuota should verify ResourceQuota with best effort scope. [Conformance]',
  async (trial) => {
    const { kube, namespace } = trial;
    const pods = { resource: 'pods', namespace };
    await kube.create(quotas(trial), quota('best-effort', { pods: '5' }, { scopes: ['BestEffort'] }));
    await kube.create(quotas(trial), quota('not-best-effort', { pods: '5' }, { scopes: ['NotBestEffort'] }));
    const counts = async (bestEffort: string, notBestEffort: string): Promise<void> => {
      await untilUsed(trial, 'best-effort', { pods: bestEffort });
      await untilUsed(trial, 'not-best-effort', { pods: notBestEffort });
    };
    await counts('0', '0');
    await kube.create(pods, pod('free'));
    await counts('1', '0');
    await kube.delete({ ...pods, name: 'free' }, { gracePeriodSeconds: 0 });
    await counts('0', '0');
    const resources = { requests: { cpu: '500m', memory: '200Mi' }, limits: { cpu: '1', memory: '400Mi' } };
    await kube.create(pods, pod('bounded', { resources }));
    await counts('0', '1');
    await kube.delete({ ...pods, name: 'bounded' }, { gracePeriodSeconds: 0 });
    await counts('0', '0');
  },
);

promise(
  '[sig-api-machinery] ResourceQuota should verify ResourceQuota with terminating scopes. [Conformance]',
  async (trial) => {
    const { kube, namespace } = trial;
    const pods = { resource: 'pods', namespace };
    const limits = {
      pods: '5',
      'requests.cpu': '1',
      'requests.memory': '500Mi',
      'limits.cpu': '2',
      'limits.memory': '1Gi',
    };
    const names = ['terminating', 'not-terminating'] as const;
    await kube.create(quotas(trial), quota(names[0], limits, { scopes: ['Terminating'] }));
    await kube.create(quotas(trial), quota(names[1], limits, { scopes: ['NotTerminating'] }));
    const none = {
      pods: '0',
      'requests.cpu': '0',
      'requests.memory': '0',
      'limits.cpu': '0',
      'limits.memory': '0',
    };
    const one = {
      pods: '1',
      'requests.cpu': '500m',
      'requests.memory': '200Mi',
      'limits.cpu': '1',
      'limits.memory': '400Mi',
    };
    const resources = { requests: { cpu: '500m', memory: '200Mi' }, limits: { cpu: '1', memory: '400Mi' } };
    await untilUsed(trial, names[0], none);
    await untilUsed(trial, names[1], none);
    await kube.create(pods, pod('long', { resources }));
    await untilUsed(trial, names[1], one);
    await untilUsed(trial, names[0], none);
    await kube.delete({ ...pods, name: 'long' }, { gracePeriodSeconds: 0 });
    await untilUsed(trial, names[1], none);
    await kube.create(pods, pod('short', { resources, spec: { activeDeadlineSeconds: 3_600 } }));
    await untilUsed(trial, names[0], one);
    await untilUsed(trial, names[1], none);
    await kube.delete({ ...pods, name: 'short' }, { gracePeriodSeconds: 0 });
    await untilUsed(trial, names[0], none);
  },
);

promise(
  '[sig-api-machinery] ResourceQuota should be able to update and delete ResourceQuota. [Conformance]',
  async (trial) => {
    const { kube } = trial;
    const created = await kube.create(quotas(trial), quota(quotaName, { cpu: '1', memory: '500Mi' }));
    expect(created.spec.hard).toEqual({ cpu: '1', memory: '500Mi' });
    await change(kube, quotas(trial, quotaName), (object) => {
      object.spec.hard = { cpu: '2', memory: '1Gi' };
    });
    expect((await kube.get(quotas(trial, quotaName))).spec.hard).toEqual({ cpu: '2', memory: '1Gi' });
    await kube.delete(quotas(trial, quotaName));
    expect((await refusal(kube.get(quotas(trial, quotaName)))).code).toBe(404);
  },
);

promise(
  '[sig-api-machinery] ResourceQuota should manage the lifecycle of a ResourceQuota [Conformance]',
  async (trial) => {
    const { kube } = trial;
    const label = { e2e: suffix() };
    const query = { labelSelector: `e2e=${label.e2e}` };
    await kube.create(quotas(trial), {
      ...quota(quotaName, { cpu: '1', memory: '500Mi' }),
      metadata: { name: quotaName, labels: label },
    });
    const everywhere = await kube.list({ resource: 'resourcequotas', query });
    expect(everywhere.map(({ metadata }) => metadata.name)).toEqual([quotaName]);
    const patched = await kube.patch(
      quotas(trial, quotaName),
      { metadata: { labels: { [quotaName]: 'patched' } }, spec: { hard: { memory: '750Mi' } } },
      'strategic-merge',
    );
    expect(patched.metadata.labels).toMatchObject({ [quotaName]: 'patched' });
    expect(patched.spec.hard).toEqual({ cpu: '1', memory: '750Mi' });
    await kube.delete({ ...quotas(trial), query });
    await untilGone(kube, quotas(trial, quotaName));
    expect(await kube.list({ resource: 'resourcequotas', query })).toEqual([]);
  },
);

promise(
  '[sig-api-machinery] ResourceQuota should apply changes to a resourcequota status [Conformance]',
  async (trial) => {
    const { kube } = trial;
    const main = quotas(trial, quotaName);
    const status = { ...main, subresource: 'status' };
    await kube.create(quotas(trial), quota(quotaName, { cpu: '500m', memory: '500Mi' }));
    await untilHardIsSpec(kube, main);

    const updated = await change(kube, status, (object) => {
      object.status.hard = { cpu: '750m', memory: '750Mi' };
    });
    expect(updated.status.hard).toEqual({ cpu: '750m', memory: '750Mi' });
    await untilHardIsSpec(kube, main);

    const patched = await kube.patch(main, { spec: { hard: { cpu: '1', memory: '1Gi' } } });
    expect(patched.spec.hard).toEqual({ cpu: '1', memory: '1Gi' });
    await untilHardIsSpec(kube, main);

    const statusPatch = { status: { hard: { cpu: '2', memory: '2Gi' } } };
    expect((await kube.patch(status, statusPatch)).status.hard).toEqual(statusPatch.status.hard);
    await untilHardIsSpec(kube, main);
    expect((await kube.get(status)).spec.hard).toEqual({ cpu: '1', memory: '1Gi' });

    await kube.patch(status, { status: { hard: { cpu: '3', memory: '3Gi' } } });
    expect((await untilHardIsSpec(kube, main)).spec.hard).toEqual({ cpu: '1', memory: '1Gi' });
  },
);

/** The controller puts `status.hard` right, whatever somebody wrote there. */
function untilHardIsSpec(kube: Kube, target: Target): Promise<KubeJson> {
  return until(
    kube,
    target,
    ({ spec, status }) => JSON.stringify(sorted(status?.hard)) === JSON.stringify(sorted(spec.hard)),
  );
}

function sorted(amounts: Readonly<Record<string, string>> = {}): unknown {
  return Object.entries(amounts).toSorted(([a], [b]) => a.localeCompare(b));
}
