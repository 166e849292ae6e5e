import type { Pod } from '@berth/kinds';
import { describe, expect, it } from 'vitest';
import { jobOf, start, work } from '../testing/job-scenario.ts';

function running(): ReturnType<typeof start> {
  const scenario = start();
  scenario.cluster.create(jobOf({ completions: 3, parallelism: 3 }));
  scenario.cluster.settle();
  scenario.kubelet.runAll();
  scenario.cluster.settle();
  return scenario;
}

describe('a running Job that is deleted', () => {
  it('in the background goes at once, and its pods as soon as they have ended', () => {
    const { cluster, kubelet } = running();
    cluster.delete(work(cluster), { propagationPolicy: 'Background' });
    cluster.settle();
    expect(cluster.list('jobs.batch')).toEqual([]);
    const pods = cluster.list<Pod>('pods');
    expect(pods).toHaveLength(3);
    for (const pod of pods) {
      expect(pod.metadata.deletionTimestamp).toBeDefined();
      expect(pod.metadata.finalizers ?? []).toEqual([]);
    }
    kubelet.finishTerminating();
    cluster.settle();
    expect(cluster.list('pods')).toEqual([]);
    expect(cluster.claims.size).toBe(0);
  });

  it('in the foreground stays until its pods are gone, and makes no new ones', () => {
    const { cluster, kubelet } = running();
    cluster.delete(work(cluster), { propagationPolicy: 'Foreground' });
    cluster.advance(60);
    expect(work(cluster).metadata.finalizers).toEqual(['foregroundDeletion']);
    expect(cluster.list('pods')).toHaveLength(3);
    kubelet.finishTerminating();
    cluster.settle();
    expect(cluster.list('pods')).toEqual([]);
    expect(cluster.list('jobs.batch')).toEqual([]);
  });

  it('with its pods orphaned leaves them running, free of it', () => {
    const { cluster } = running();
    cluster.delete(work(cluster), { propagationPolicy: 'Orphan' });
    cluster.settle();
    expect(cluster.list('jobs.batch')).toEqual([]);
    const pods = cluster.list<Pod>('pods');
    expect(pods).toHaveLength(3);
    for (const { metadata } of pods) {
      expect(metadata).not.toHaveProperty('deletionTimestamp');
      expect([metadata.finalizers ?? [], metadata.ownerReferences ?? []]).toEqual([[], []]);
    }
  });

  it('and that is finished leaves nothing behind either', () => {
    const { cluster, kubelet } = running();
    for (const pod of kubelet.assigned()) kubelet.end(pod);
    cluster.settle();
    cluster.delete(work(cluster), { propagationPolicy: 'Background' });
    cluster.settle();
    kubelet.finishTerminating();
    cluster.settle();
    expect([...cluster.list('jobs.batch'), ...cluster.list('pods')]).toEqual([]);
    expect(cluster.awaited()).toEqual([]);
  });
});
