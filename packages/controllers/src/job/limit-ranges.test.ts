import type { LimitRange, LimitRangeItem, Pod } from '@berth/kinds';
import { expect, it } from 'vitest';
import { conditions, expectExactCount, jobOf, start, work } from '../testing/job-scenario.ts';
import type { MemoryCluster } from '../testing/memory-cluster.ts';

function limit(cluster: MemoryCluster, item: LimitRangeItem): LimitRange {
  return cluster.create<LimitRange>({
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'limits', namespace: 'default' },
    spec: { limits: [item] },
  });
}

it('gives the pods of a Job what they leave out', () => {
  const { cluster } = start();
  limit(cluster, { type: 'Container', default: { cpu: '100m' } });
  cluster.create(jobOf());
  cluster.settle();
  const [pod] = cluster.list<Pod>('pods');
  expect(pod?.spec?.containers?.[0]?.resources).toEqual({
    limits: { cpu: '100m' },
    requests: { cpu: '100m' },
  });
  expect([...cluster.claims.values()]).toMatchObject([{ cpuMillis: 100 }]);
});

it('counts the pods of a Job that end while new ones are refused, and tries ever later until they are admitted', () => {
  const { cluster, kubelet } = start();
  cluster.create(jobOf({ completions: 3, parallelism: 1 }));
  cluster.settle();
  limit(cluster, { type: 'Pod', min: { cpu: '1' } });
  for (const pod of kubelet.assigned()) kubelet.end(pod);
  cluster.settle();
  const { status } = work(cluster);
  expect([status?.succeeded, status?.active]).toEqual([1, undefined]);
  expectExactCount(cluster);
  expect(cluster.events('work').at(-1)).toMatch(
    /minimum cpu usage per Pod is 1\. {2}No request is specified$/,
  );

  const waits: number[] = [];
  for (let round = 0; round < 4; round++) {
    const retry = [...cluster.timers].find(([key]) => key.startsWith('job-controller!'));
    waits.push(((retry?.[1].getTime() ?? 0) - cluster.now.getTime()) / 1000);
    cluster.now = retry?.[1] ?? cluster.now;
    cluster.turn();
  }
  expect(waits).toEqual([1, 2, 4, 8]);
  expect(work(cluster).status?.active).toBeUndefined();

  const range = cluster.get<LimitRange>('limitranges', 'default', 'limits');
  if (range) cluster.delete(range);
  cluster.advance(600);
  for (let round = 0; round < 2; round++) {
    for (const pod of kubelet.assigned()) kubelet.end(pod);
    cluster.settle();
  }
  expect(conditions(work(cluster))).toContain('Complete=True CompletionsReached');
  expectExactCount(cluster);
});
