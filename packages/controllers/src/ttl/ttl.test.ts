import type { Pod } from '@berth/kinds';
import { describe, expect, it } from 'vitest';
import { jobOf, start, update, work } from '../testing/job-scenario.ts';

describe('ttlSecondsAfterFinished', () => {
  it('deletes the Job and its pods so long after it finished, to the second', () => {
    const { cluster, kubelet } = start();
    cluster.create(jobOf({ ttlSecondsAfterFinished: 100 }));
    cluster.advance(500);
    expect(work(cluster).status).toMatchObject({ active: 1 });
    for (const pod of kubelet.assigned()) kubelet.end(pod);
    cluster.advance(99);
    expect(work(cluster).status).toMatchObject({ succeeded: 1 });
    cluster.advance(1);
    kubelet.finishTerminating();
    cluster.settle();
    expect(cluster.list('jobs.batch')).toEqual([]);
    expect(cluster.list<Pod>('pods')).toEqual([]);
    expect(cluster.awaited()).toEqual([]);
  });

  it('can be set after the Job finished', () => {
    const { cluster, kubelet } = start();
    cluster.create(jobOf());
    cluster.settle();
    for (const pod of kubelet.assigned()) kubelet.end(pod);
    cluster.advance(3600);
    update(cluster, { ttlSecondsAfterFinished: 10 });
    cluster.settle();
    kubelet.finishTerminating();
    cluster.settle();
    expect(cluster.list('jobs.batch')).toEqual([]);
  });
});
