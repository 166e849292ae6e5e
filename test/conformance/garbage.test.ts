import { expect } from 'vitest';
import { isActive, isReady, refusal, untilGone, untilList } from './awaiting.ts';
import { watchFromNow } from './events-seen.ts';
import type { KubeJson } from './kube.ts';
import { appsWorkload, replicationController } from './objects.ts';
import { promise, type Trial } from './promise.ts';
import { isOwnedBy, of, untilRunning } from './workloads.ts';

const controllers = 'replicationcontrollers';
const sets = 'replicasets';
const byText = (a: string, b: string): number => a.localeCompare(b);

/** A ReplicationController whose pods all run. */
async function runningController(trial: Trial, name: string, replicas: number): Promise<KubeJson> {
  const labels = { name };
  const created = await trial.kube.create(
    of(trial, controllers),
    replicationController(name, { replicas, labels }),
  );
  await untilRunning(trial, labels, replicas);
  return created;
}

promise(
  '[sig-api-machinery] Garbage collector should delete pods created by rc when not orphaning [Conformance]',
  async (trial) => {
    const { kube } = trial;
    await runningController(trial, 'simpletest.rc', 2);
    await kube.delete(of(trial, controllers, 'simpletest.rc'), { propagationPolicy: 'Background' });
    await untilGone(kube, of(trial, controllers, 'simpletest.rc'));
    await untilList(kube, of(trial, 'pods'), (pods) => pods.length === 0);
  },
);

promise(
  '[sig-api-machinery] Garbage collector should orphan pods created by rc if delete options say so [Serial] [Conformance]',
  async (trial) => {
    const { kube } = trial;
    const { metadata } = await runningController(trial, 'simpletest.rc', 20);
    await kube.delete(of(trial, controllers, 'simpletest.rc'), { propagationPolicy: 'Orphan' });
    await untilGone(kube, of(trial, controllers, 'simpletest.rc'));
    const pods = await kube.list(of(trial, 'pods'));
    expect(pods.filter((one) => isActive(one) && !isOwnedBy(one, metadata.uid))).toHaveLength(20);
  },
);

promise(
  '[sig-api-machinery] Garbage collector should keep the rc around until all its pods are deleted if the deleteOptions says so [Serial] [Conformance]',
  async (trial) => {
    const { kube } = trial;
    await runningController(trial, 'simpletest.rc', 20);
    const events = await watchFromNow(kube, of(trial, 'pods'));
    try {
      await kube.delete(of(trial, controllers, 'simpletest.rc'), { propagationPolicy: 'Foreground' });
      await untilGone(kube, of(trial, controllers, 'simpletest.rc'));
      expect(await kube.list(of(trial, 'pods'))).toEqual([]);
      await events.until(
        'all pods are deleted',
        () => events.all.filter(({ type }) => type === 'DELETED').length === 20,
      );
    } finally {
      events.end();
    }
  },
);

promise(
  "[sig-api-machinery] Garbage collector should not delete dependents that have both valid owner and owner that's waiting for dependents to be deleted [Serial] [Conformance]",
  async (trial) => {
    const { kube } = trial;
    await runningController(trial, 'simpletest-rc-to-be-deleted', 10);
    const stays = await kube.create(
      of(trial, controllers),
      replicationController('simpletest-rc-to-stay', { replicas: 0, labels: { another: 'key' } }),
    );
    const pods = await kube.list(of(trial, 'pods'));
    const kept = pods.slice(0, 5).map(({ metadata }) => String(metadata.name));
    const second = {
      apiVersion: 'v1',
      kind: 'ReplicationController',
      name: stays.metadata.name,
      uid: stays.metadata.uid,
    };
    for (const name of kept)
      await kube.patch(
        of(trial, 'pods', name),
        { metadata: { ownerReferences: [second] } },
        'strategic-merge',
      );
    await kube.delete(of(trial, controllers, 'simpletest-rc-to-be-deleted'), {
      propagationPolicy: 'Foreground',
    });
    await untilGone(kube, of(trial, controllers, 'simpletest-rc-to-be-deleted'));
    const left = await untilList(kube, of(trial, 'pods'), (items) => items.every(isActive));
    expect(left.map(({ metadata }) => metadata.name).toSorted(byText)).toEqual(kept.toSorted(byText));
    for (const one of left)
      expect(one.metadata.ownerReferences.map(({ uid }: KubeJson) => uid)).toEqual([stays.metadata.uid]);
  },
);

/** A Deployment whose ReplicaSet and pods are there. @returns the ReplicaSet */
async function runningDeployment(trial: Trial): Promise<KubeJson> {
  const labels = { app: 'gc-test' };
  await trial.kube.create(
    of(trial, 'deployments'),
    appsWorkload('Deployment', 'simpletest.deployment', { replicas: 2, labels }),
  );
  await untilRunning(trial, labels, 2);
  const [set] = await trial.kube.list(of(trial, sets));
  return set;
}

promise(
  '[sig-api-machinery] Garbage collector should delete RS created by deployment when not orphaning [Conformance]',
  async (trial) => {
    const { kube } = trial;
    await runningDeployment(trial);
    await kube.delete(of(trial, 'deployments', 'simpletest.deployment'), { propagationPolicy: 'Background' });
    await untilList(kube, of(trial, sets), (left) => left.length === 0);
    await untilList(kube, of(trial, 'pods'), (left) => left.length === 0);
    expect((await refusal(kube.get(of(trial, 'deployments', 'simpletest.deployment')))).code).toBe(404);
  },
);

promise(
  '[sig-api-machinery] Garbage collector should orphan RS created by deployment when deleteOptions.PropagationPolicy is Orphan [Conformance]',
  async (trial) => {
    const { kube } = trial;
    const set = await runningDeployment(trial);
    await kube.delete(of(trial, 'deployments', 'simpletest.deployment'), { propagationPolicy: 'Orphan' });
    await untilGone(kube, of(trial, 'deployments', 'simpletest.deployment'));
    const orphan = await kube.get(of(trial, sets, set.metadata.name));
    expect([orphan.metadata.uid, orphan.metadata.ownerReferences ?? []]).toEqual([set.metadata.uid, []]);
    const pods = await kube.list(of(trial, 'pods'));
    expect(
      pods.filter((one) => isActive(one) && isOwnedBy(one, set.metadata.uid) && isReady(one)),
    ).toHaveLength(2);
  },
);
