import type { Pod, Taint, Toleration } from '@berth/kinds';
import { toTime } from '@berth/machinery';
import { describe, expect, it } from 'vitest';
import type { MemoryCluster } from '../testing/memory-cluster.ts';
import { isGoing, podNamed, podOn, startOnFleet, tainted } from '../testing/node-scenario.ts';

const taintNow = (cluster: MemoryCluster): Taint => ({
  key: 'maintenance',
  effect: 'NoExecute',
  timeAdded: toTime(cluster.now),
});
const tolerates = (tolerationSeconds?: number): Toleration => ({
  key: 'maintenance',
  operator: 'Exists',
  effect: 'NoExecute',
  ...(tolerationSeconds === undefined ? {} : { tolerationSeconds }),
});

const going = (cluster: MemoryCluster): string[] =>
  cluster
    .list<Pod>('pods')
    .filter(({ metadata }) => metadata.deletionTimestamp)
    .map(({ metadata }) => metadata.name);

describe('pods of a node with a taint of effect NoExecute', () => {
  it('leave as soon as they do not tolerate it any more, marked and told of, by one timer for all', () => {
    const { cluster, kubelet } = startOnFleet('a', 'b');
    const pods = {
      never: [],
      short: [tolerates(30)],
      long: [tolerates(60)],
      forever: [tolerates()],
    } as const;
    for (const [name, tolerations] of Object.entries(pods)) cluster.create(podOn(name, 'a', tolerations));
    cluster.create(podOn('elsewhere', 'b'));
    cluster.settle();
    kubelet.runAll();
    cluster.settle();
    expect(cluster.awaited()).toEqual([]);

    tainted(cluster, 'a', [taintNow(cluster)]);
    cluster.settle();
    expect(going(cluster)).toEqual(['never']);
    expect(podNamed(cluster, 'never')).toMatchObject({
      metadata: { deletionGracePeriodSeconds: 30 },
      status: {
        phase: 'Running',
        conditions: expect.arrayContaining([
          expect.objectContaining({
            type: 'DisruptionTarget',
            status: 'True',
            reason: 'DeletionByTaintManager',
            message: 'Taint manager: deleting due to NoExecute taint',
          }),
        ]),
      },
    });
    expect(cluster.events('never')).toContain('TaintManagerEviction: Marking for deletion Pod default/never');
    expect(cluster.awaited().filter((key) => key.startsWith('taint-eviction'))).toEqual([
      'taint-eviction-controller|nodes||a',
    ]);

    cluster.advance(29);
    expect(going(cluster)).toEqual(['never']);
    cluster.advance(1);
    expect(going(cluster).toSorted()).toEqual(['never', 'short']);
    cluster.advance(30);
    expect(going(cluster).toSorted()).toEqual(['long', 'never', 'short']);
    cluster.advance(3_600);
    expect(isGoing(cluster, 'forever')).toBe(false);
    expect(isGoing(cluster, 'elsewhere')).toBe(false);
    expect(cluster.awaited().filter((key) => key.startsWith('taint-eviction'))).toEqual([]);
  });

  it('stay when the taint goes in time, and their time begins anew with the next one', () => {
    const { cluster } = startOnFleet('a', 'b');
    cluster.create(podOn('patient', 'a', [tolerates(30)]));
    tainted(cluster, 'a', [taintNow(cluster)]);
    cluster.advance(20);
    tainted(cluster, 'a', []);
    cluster.advance(600);
    expect(isGoing(cluster, 'patient')).toBe(false);
    tainted(cluster, 'a', [taintNow(cluster)]);
    cluster.advance(29);
    expect(isGoing(cluster, 'patient')).toBe(false);
    cluster.advance(1);
    expect(isGoing(cluster, 'patient')).toBe(true);
  });

  it('stay when they come to tolerate it', () => {
    const { cluster } = startOnFleet('a', 'b');
    cluster.create(podOn('patient', 'a', [tolerates(30)]));
    tainted(cluster, 'a', [taintNow(cluster)]);
    cluster.advance(20);
    const pod = podNamed(cluster, 'patient');
    if (pod)
      cluster.update({
        ...pod,
        spec: { ...pod.spec, tolerations: [...(pod.spec?.tolerations ?? []).slice(1), tolerates()] },
      });
    cluster.advance(600);
    expect(isGoing(cluster, 'patient')).toBe(false);
  });

  it('have what is left of their time when they come to the node later', () => {
    const { cluster } = startOnFleet('a', 'b');
    tainted(cluster, 'a', [taintNow(cluster)]);
    cluster.advance(20);
    cluster.create(podOn('late', 'a', [tolerates(30)]));
    cluster.create(podOn('unwelcome', 'a'));
    cluster.settle();
    expect(going(cluster)).toEqual(['unwelcome']);
    cluster.advance(10);
    expect(isGoing(cluster, 'late')).toBe(true);
  });

  it('leave in batches, all of them', () => {
    const { cluster } = startOnFleet('a', 'b');
    for (let index = 0; index < 1_100; index++) cluster.create(podOn(`p-${index}`, 'a'));
    cluster.settle();
    tainted(cluster, 'a', [taintNow(cluster)]);
    cluster.settle();
    expect(going(cluster)).toHaveLength(1_100);
    expect(cluster.errors).toEqual([]);
  });
});
