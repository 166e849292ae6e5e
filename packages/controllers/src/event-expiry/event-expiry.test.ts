import { describe, expect, it } from 'vitest';
import { jobOf, start } from '../testing/job-scenario.ts';

describe('Events', () => {
  it('go an hour after they were last told, together with those of the next ten minutes', () => {
    const { cluster, kubelet } = start();
    cluster.create(jobOf());
    cluster.settle();
    const early = cluster.list('events').length;
    expect(early).toBeGreaterThan(1);
    cluster.advance(300);
    for (const pod of kubelet.assigned()) kubelet.end(pod);
    cluster.settle();
    const all = cluster.list('events').length;
    expect(all).toBeGreaterThan(early);
    cluster.advance(3600 - 301);
    expect(cluster.list('events')).toHaveLength(all);
    cluster.advance(601);
    expect(cluster.list('events')).toEqual([]);
    expect(cluster.timers.size).toBe(0);
  });

  it('that others recorded go too, by thousands over several turns', () => {
    const { cluster } = start();
    for (let index = 0; index < 1200; index++) {
      const metadata = { name: `told.${index}`, namespace: 'default' };
      const involvedObject = { kind: 'Pod', namespace: 'default', name: 'p' };
      const lastTimestamp = '2026-03-01T10:00:00Z';
      cluster.create({ apiVersion: 'v1', kind: 'Event', metadata, involvedObject, lastTimestamp } as never);
    }
    cluster.advance(7200);
    expect(cluster.list('events')).toEqual([]);
    expect(cluster.errors).toEqual([]);
  });
});
