import type { Pod } from '@berth/kinds';
import { copyJson } from '@berth/machinery';
import { describe, expect, test } from 'vitest';
import { replicaKinds, ReplicaScenario } from '../testing/replica-scenario.ts';
import { replicaSetController } from './reconcile.ts';

const replicaSets = replicaKinds.filter(({ kind }) => kind === 'ReplicaSet');

/** How often the ReplicaSet was looked at while something happened: each time costs as much as it has pods. */
function countLooks(happen: (scenario: ReplicaScenario) => void): number {
  const [kind] = replicaSets;
  if (!kind) throw new Error('ReplicaSets are not under test');
  const scenario = new ReplicaScenario(kind);
  scenario.create({});
  scenario.cluster.settle();
  scenario.kubelet.runAll();
  scenario.cluster.settle();
  let looks = 0;
  const { reconcilers } = scenario.cluster;
  const counting = {
    ...replicaSetController,
    reconcile: (...args: Parameters<typeof replicaSetController.reconcile>) => {
      looks++;
      return replicaSetController.reconcile(...args);
    },
  };
  Object.assign(scenario.cluster, {
    reconcilers: reconcilers.map((one) => (one.name === counting.name ? counting : one)),
  });
  happen(scenario);
  scenario.cluster.settle();
  return looks;
}

const firstPod = (scenario: ReplicaScenario): Pod => {
  const [pod] = scenario.active();
  if (!pod) throw new Error('no pods');
  return pod;
};

describe('a ReplicaSet is looked at', () => {
  test('not for what its pods tell beside what it counts', () => {
    const looks = countLooks((scenario) => {
      // As the log has it: no part of it is the same value as before.
      const pod = copyJson(firstPod(scenario));
      scenario.cluster.updateStatus({ ...pod, status: { ...pod.status, message: 'all is well' } });
    });
    expect(looks).toBe(0);
  });

  test('once for a pod that is no longer ready, and not again for the status that it writes of it', () => {
    expect(countLooks((scenario) => scenario.kubelet.unready(firstPod(scenario)))).toBe(1);
  });

  test('again when somebody else writes its status', () => {
    const looks = countLooks((scenario) => {
      const owner = copyJson(scenario.owner());
      scenario.cluster.updateStatus({ ...owner, status: { replicas: 9 } });
    });
    expect(looks).toBe(1);
  });
});
