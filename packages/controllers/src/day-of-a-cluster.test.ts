import type { DaemonSet, Deployment, Job, Pod, StatefulSet } from '@berth/kinds';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPodReady } from './pods/pod-state.ts';
import { type DayEvent, DayScenario, mostPods } from './testing/day-scenario.ts';
import { Invariants } from './testing/invariants.ts';

const minutesADay = 24 * 60;
/** The clocks of Berlin go forward in this night. */
const springDay = new Date('2026-03-28T12:00:00Z');
const limits = { maxSurge: 2, maxUnavailable: 1, mostPods };

const event: fc.Arbitrary<DayEvent> = fc.record({
  minute: fc.integer({ min: 1, max: minutesADay - 1 }),
  which: fc.nat(1_000),
  what: fc.constantFrom(
    'roll',
    'scale',
    'roll-db',
    'roll-agent',
    'fail-pod',
    'delete-pod',
    'evict',
    'lose-node',
    'run-job',
  ),
});

describe('a day of a cluster', () => {
  it('breaks no promise at any revision, whatever happens, and ends as everybody wants it', () => {
    const property = fc.property(fc.array(event, { minLength: 40, maxLength: 80 }), (events) => {
      const day = new DayScenario(springDay);
      const invariants = new Invariants(day.cluster, limits);
      for (const next of events.toSorted((a, b) => a.minute - b.minute)) {
        day.happen(next);
        invariants.check();
      }
      day.advanceTo(minutesADay);
      day.rest();
      invariants.check();
      expect([invariants.broken, day.overBudget]).toEqual([[], []]);
      expect(day.cluster.errors.filter(({ error }) => !isOutOfQuota(error))).toEqual([]);
      expectRest(day);
    });
    fc.assert(property, { numRuns: 4, endOnFailure: true });
  }, 180_000);

  it('would say so if a promise were broken', () => {
    const day = new DayScenario(springDay);
    const stricter = new Invariants(day.cluster, { maxSurge: -1, maxUnavailable: -1, mostPods: 8 });
    day.happen({ minute: 1, what: 'roll', which: 1 });
    day.rest();
    stricter.check();
    const broken = stricter.broken.join('\n');
    for (const what of [
      /\d+ pods of 3$/m,
      /\d+ ready pods where 5 are needed$/m,
      /\d+ pods over the quota$/m,
    ])
      expect(broken).toMatch(what);
  });

  it('comes to the edge of its quota', () => {
    const day = new DayScenario(springDay);
    day.happen({ minute: 1, what: 'scale', which: 8 });
    day.happen({ minute: 20, what: 'roll', which: 1 });
    day.rest();
    const refused = day.cluster.log.filter(({ resource, after }) => {
      if (resource !== 'events' || !after) return false;
      return JSON.stringify(after).includes('exceeded quota: pods');
    });
    expect(refused.length).toBeGreaterThan(0);
    expectRest(day);
  });

  it('has a run of an hourly CronJob in each of its hours, also where the clock skips one', () => {
    const day = new DayScenario(springDay);
    day.advanceTo(minutesADay);
    const runs = day.cluster.log.filter(
      ({ resource, before, after }) =>
        resource === 'jobs.batch' && !before && after?.metadata.name.startsWith('hourly-'),
    );
    const minutes = runs.map(({ key }) => Number(key.name.slice('hourly-'.length)));
    const first = springDay.getTime() / 60_000 + 15;
    expect(minutes).toEqual(Array.from({ length: 24 }, (_, hour) => first + hour * 60));
    const jobs = day.cluster.list<Job>('jobs.batch', 'default');
    expect(jobs.filter(({ status }) => status?.succeeded === 1).length).toBe(24);
  });
});

function isOutOfQuota(error: unknown): boolean {
  return error instanceof Error && error.message.includes('exceeded quota: pods');
}

/** All that is wanted is there, and nothing else. */
function expectRest(day: DayScenario): void {
  const web = day.get<Deployment>('deployments.apps', 'web');
  const db = day.get<StatefulSet>('statefulsets.apps', 'db');
  const agent = day.get<DaemonSet>('daemonsets.apps', 'agent');
  const imageOf = (pod: Pod): string | undefined => pod.spec?.containers?.[0]?.image;
  const wanted = [
    ['web', web, web.spec?.replicas],
    ['db', db, 3],
    ['agent', agent, 5],
  ] as const;
  for (const [app, object, count] of wanted) {
    const image = object.spec?.template?.spec?.containers?.[0]?.image;
    const pods = day.pods(app);
    expect([app, pods.length, pods.filter(isPodReady).length]).toEqual([app, count, count]);
    expect([app, ...new Set(pods.map(imageOf))]).toEqual([app, image]);
  }
}
