import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { bodyOf, configMap, create, openTestStore, remove, update } from '../../../test/support/store.ts';
import type { Change, ClusterStore, ObjectKey, Outcome, Store, StoredObject, Write } from './index.ts';

const { store, openAnother, newCluster } = await openTestStore({ clusterPoolSize: 3 });
/** Connections of their own each, as separate processes have. */
const processes: readonly Store[] = [store, openAnother(), openAnother()];

interface Step {
  readonly op: 'create' | 'update' | 'delete' | 'turn';
  readonly name: string;
  /** Expects the revision that this client saw last, which may be out of date. */
  readonly expectsLastSeen: boolean;
  /** Sent without waiting for the answer to the step before. */
  readonly isPipelined: boolean;
}

const clients = fc.array(
  fc.array(
    fc.record<Step>({
      op: fc.constantFrom('create', 'create', 'update', 'update', 'delete', 'turn'),
      name: fc.constantFrom('a', 'b', 'c', 'd'),
      expectsLastSeen: fc.boolean(),
      isPipelined: fc.boolean(),
    }),
    { minLength: 1, maxLength: 12 },
  ),
  { minLength: 2, maxLength: 6 },
);

interface Answer {
  readonly sentAt: number;
  readonly answeredAt: number;
  readonly writes: readonly Write[];
  /** Undefined if nothing was applied. */
  readonly revisions: readonly number[] | undefined;
}

/** Runs one client's steps. `clock` counts events over all clients: what was answered before another was sent. */
async function runClient(
  cluster: ClusterStore,
  steps: readonly Step[],
  clock: () => number,
): Promise<Answer[]> {
  const answers: Promise<Answer>[] = [];
  const lastSeen = new Map<string, number>();
  for (const [i, step] of steps.entries()) {
    const answer = runStep(cluster, { step, value: `${clock()}-${i}`, lastSeen }, clock);
    answers.push(answer);
    if (!step.isPipelined) await answer;
  }
  return Promise.all(answers);
}

async function runStep(
  cluster: ClusterStore,
  run: { step: Step; value: string; lastSeen: Map<string, number> },
  clock: () => number,
): Promise<Answer> {
  const { step, value, lastSeen } = run;
  const key = configMap(step.name);
  const seen = lastSeen.get(step.name);
  const extra = {
    value,
    ...(step.expectsLastSeen && seen !== undefined && { expected: { revision: seen } }),
  };
  const sentAt = clock();
  if (step.op === 'turn') {
    const cursor = await cluster.cursor();
    const writes = [update(key, { value }), create(configMap(`turn-${value}`), { value })];
    const outcome = await cluster.commitTurn({
      expectedCursor: cursor,
      cursor,
      coversOwnWrites: false,
      writes,
      setTimers: [],
      clearTimers: [],
      outbox: [],
      claims: [],
      releases: [],
    });
    const revisions = outcome.status === 'committed' ? outcome.revisions : undefined;
    return { sentAt, answeredAt: clock(), writes, revisions };
  }
  const write = { create, update, delete: remove }[step.op](key, extra);
  const outcome: Outcome = await cluster.write(write);
  if (outcome.status === 'applied') lastSeen.set(step.name, outcome.revision);
  if (outcome.status === 'conflict') lastSeen.set(step.name, outcome.current.revision);
  const revisions = outcome.status === 'applied' ? [outcome.revision] : undefined;
  return { sentAt, answeredAt: clock(), writes: [write], revisions };
}

async function wholeLog(cluster: ClusterStore): Promise<Change[]> {
  const log: Change[] = [];
  for (;;) {
    const changes = await cluster.changes(log.length, 7);
    if (changes.length === 0) return log;
    log.push(...changes);
  }
}

const keyText = ({ resource, namespace, name }: ObjectKey) => `${resource} ${namespace} ${name}`;

/** The state after each revision, by folding the log; checks on the way that each change begins where the last one ended. */
function statesOf(log: readonly Change[]): Map<string, StoredObject>[] {
  const states = [new Map<string, StoredObject>()];
  for (const change of log) {
    const state = new Map(states.at(-1));
    const { resource, namespace, name, uid, revision, after } = change;
    const before = state.get(keyText(change));
    expect(change.before).toEqual(before && { revision: before.revision, body: before.body });
    expect(change.op === 'create').toBe(before === undefined);
    expect(change.op === 'delete').toBe(after === undefined);
    if (after === undefined) state.delete(keyText(change));
    else state.set(keyText(change), { resource, namespace, name, uid, revision, body: after });
    states.push(state);
  }
  return states;
}

function byName(state: ReadonlyMap<string, StoredObject>): StoredObject[] {
  return [...state.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function listAt(cluster: ClusterStore, revision: number, limit: number): Promise<StoredObject[]> {
  const items: StoredObject[] = [];
  for (;;) {
    const after = items.at(-1);
    const page = await cluster.list({ resource: 'configmaps', revision, limit, ...(after && { after }) });
    expect(page.revision).toBe(revision);
    items.push(...page.items);
    if (page.remaining === 0) return items;
  }
}

/** Follows from a revision until the log's end is known and reached, or a deadline passes. */
function watch(cluster: ClusterStore, after: number): (head: number) => Promise<number[]> {
  const seen: number[] = [];
  const controller = new AbortController();
  const signal = AbortSignal.any([controller.signal, AbortSignal.timeout(15_000)]);
  let head = Number.POSITIVE_INFINITY;
  const stopAtHead = () => {
    if ((seen.at(-1) ?? after) >= head) controller.abort();
  };
  const watching = (async () => {
    for await (const changes of cluster.follow(after, signal)) {
      seen.push(...changes.map(({ revision }) => revision));
      stopAtHead();
    }
  })();
  return async (newest) => {
    head = newest;
    stopAtHead();
    await watching;
    return seen;
  };
}

test('whatever clients do at once, the log is the one history that they, lists and watchers agree on', async () => {
  await fc.assert(
    fc.asyncProperty(clients, fc.integer({ min: 1, max: 5 }), async (stepsOfClients, limit) => {
      const { clusterId } = await newCluster([create(configMap('a'))]);
      const clusters = processes.map((process) => process.cluster(clusterId));
      const at = (i: number) => clusters[i % clusters.length] ?? store.cluster(clusterId);
      let events = 0;
      const clock = () => ++events;

      const watchers = clusters.map((cluster, i) => watch(cluster, i % 2));
      const answers = (
        await Promise.all(stepsOfClients.map((steps, i) => runClient(at(i), steps, clock)))
      ).flat();
      const log = await wholeLog(at(1));
      const head = await at(2).head();

      // No gaps, and one entry for each applied write, at its revision.
      expect(log.map(({ revision }) => revision)).toEqual(Array.from({ length: head }, (_, i) => i + 1));
      const applied = answers.flatMap(({ writes, revisions }) =>
        (revisions ?? []).map((revision, i) => ({ revision, write: writes[i] })),
      );
      expect(applied).toHaveLength(head - 1);
      for (const { revision, write } of applied) {
        const change = log[revision - 1];
        expect({ name: change?.name, op: change?.op, body: change?.after ?? change?.last }).toEqual({
          name: write?.name,
          op: write?.op,
          body: write?.body,
        });
      }
      // What was answered before another was sent comes before it.
      for (const earlier of answers) {
        for (const later of answers) {
          if (earlier.answeredAt > later.sentAt || !earlier.revisions || !later.revisions) continue;
          expect(Math.max(...earlier.revisions)).toBeLessThan(Math.min(...later.revisions));
        }
      }

      const states = statesOf(log);
      for (let revision = 0; revision <= head; revision += 1 + Math.floor(head / 6)) {
        expect(await listAt(at(revision), revision, limit)).toEqual(byName(states[revision] ?? new Map()));
      }
      const newest = byName(states[head] ?? new Map());
      expect((await at(0).list({ resource: 'configmaps' })).items).toEqual(newest);
      for (const cluster of clusters) {
        const replica = await cluster.replica();
        expect(replica.list('configmaps')).toMatchObject(newest);
        expect(replica.revision).toBe(head);
      }

      const late = watch(at(1), Math.floor(head / 2));
      const revisionsAfter = (after: number) => log.slice(after).map(({ revision }) => revision);
      for (const [i, watcher] of watchers.entries())
        expect(await watcher(head)).toEqual(revisionsAfter(i % 2));
      expect(await late(head)).toEqual(revisionsAfter(Math.floor(head / 2)));
    }),
    { numRuns: 40, endOnFailure: true },
  );
});

test('a conflict names the state that it met', async () => {
  const cluster = await newCluster([create(configMap('a'))]);
  const outcomes = await Promise.all(
    processes.map((process, i) =>
      process
        .cluster(cluster.clusterId)
        .write(update(configMap('a'), { value: i, expected: { revision: 1 } })),
    ),
  );
  expect(outcomes.filter(({ status }) => status === 'applied')).toHaveLength(1);
  for (const outcome of outcomes) {
    if (outcome.status === 'conflict') expect(outcome.current).toEqual({ revision: 2, uid: 'uid-of-a' });
  }
  const winner = outcomes.findIndex(({ status }) => status === 'applied');
  expect((await cluster.get(configMap('a')))?.body).toBe(bodyOf(configMap('a'), winner));
});
