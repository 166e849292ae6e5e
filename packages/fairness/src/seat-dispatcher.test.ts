import { describe, expect, test } from 'vitest';
import type { PriorityLevelConfiguration } from '@berth/kinds';
import { SeatDispatcher } from './seat-dispatcher.ts';
import type { Seat, SeatRefusal, SeatRequest } from './seat-request.ts';
import { compileSteering } from './steering.ts';

const steering = compileSteering([]);
const pods = { group: '', resource: 'pods', subresource: '', namespace: 'ns' };

function flowOf(username: string, ...groups: readonly string[]) {
  return steering.flowOf({
    username,
    groups: [...groups, 'system:authenticated'],
    verb: 'get',
    target: pods,
  });
}

function start(options: Partial<ConstructorParameters<typeof SeatDispatcher>[0]> = {}) {
  const clock = { ms: 1_000 };
  const later: Array<{ readonly ms: number; readonly run: () => void }> = [];
  const dispatcher = new SeatDispatcher({
    totalSeats: 100,
    contendedSeats: 16,
    leastSeats: 4,
    waitingPerTenant: 1_000,
    waitMs: 15_000,
    nowMs: () => clock.ms,
    after: (ms, run) => later.push({ ms, run }),
    ...options,
  });
  return { clock, later, dispatcher };
}

function requestOf(over: Partial<SeatRequest> = {}): SeatRequest {
  return {
    tenantId: 'a',
    tenantSeats: 50,
    clusterId: 'c',
    steering,
    flow: flowOf('admin', 'system:masters'),
    seats: 1,
    isGone: () => false,
    ...over,
  };
}

const isSeat = (outcome: unknown): outcome is Seat =>
  typeof outcome === 'object' && outcome !== null && 'release' in outcome;

/** Asks for a seat and records when it comes. */
function ask(dispatcher: SeatDispatcher, over: Partial<SeatRequest> = {}) {
  const asked: { outcome: Seat | SeatRefusal | undefined } = { outcome: undefined };
  const outcome = dispatcher.acquire(requestOf(over));
  if (outcome instanceof Promise) void outcome.then((later) => (asked.outcome = later));
  else asked.outcome = outcome;
  return {
    get outcome() {
      return asked.outcome;
    },
    get isServed() {
      return isSeat(asked.outcome);
    },
    release: () => {
      if (isSeat(asked.outcome)) asked.outcome.release();
    },
  };
}
type Asked = ReturnType<typeof ask>;

const settled = () => new Promise((resolve) => setImmediate(resolve));
const servedOf = (all: readonly Asked[]) => all.filter(({ isServed }) => isServed).length;
const askMany = (dispatcher: SeatDispatcher, count: number, over: Partial<SeatRequest> = {}) =>
  Array.from({ length: count }, () => ask(dispatcher, over));

describe('a tenant alone', () => {
  test('has all the seats of its budget, and the rest of its requests wait in order', async () => {
    const { dispatcher } = start();
    const all = askMany(dispatcher, 60);
    expect(servedOf(all)).toBe(50);
    all[0]?.release();
    all[0]?.release();
    await settled();
    expect([servedOf(all), all[50]?.isServed, all[51]?.isServed]).toEqual([51, true, false]);
  });

  test('is forgotten a moment after its last request', () => {
    const { dispatcher, clock } = start();
    const asked = ask(dispatcher);
    asked.release();
    dispatcher.sweep();
    expect(dispatcher.tenants).toBe(1);
    clock.ms += 500;
    dispatcher.sweep();
    expect([dispatcher.tenants, dispatcher.usedSeats]).toEqual([0, 0]);
  });

  test('gets a request through that is wider than its budget, beside others', () => {
    const { dispatcher } = start();
    const wide = ask(dispatcher, { tenantSeats: 8, seats: 10 });
    const others = askMany(dispatcher, 8, { tenantSeats: 8 });
    expect([wide.isServed, servedOf(others), dispatcher.usedSeats]).toEqual([true, 6, 8]);
  });
});

describe('several tenants', () => {
  test('are held to their parts of few seats, so that none has much under way', async () => {
    const { dispatcher } = start();
    const flood = askMany(dispatcher, 60);
    expect(servedOf(flood)).toBe(50);
    const other = ask(dispatcher, { tenantId: 'b', clusterId: 'd' });
    expect(other.isServed).toBe(true);
    // What runs goes on; nothing new begins until the tenant is within its part.
    for (const asked of flood.slice(0, 42)) asked.release();
    await settled();
    expect(servedOf(flood)).toBe(50);
    flood[42]?.release();
    await settled();
    expect(servedOf(flood)).toBe(51);
  });

  test('that ask for more than their part rest after each use, so that a quarter of a request is at work at a time', async () => {
    const { dispatcher, clock, later } = start();
    const other = ask(dispatcher, { tenantId: 'b', clusterId: 'd' });
    const flood = askMany(dispatcher, 10);
    expect(servedOf(flood)).toBe(8);
    clock.ms += 20;
    other.release();
    flood[0]?.release();
    await settled();
    // The other tenant has nobody waiting: its seat is free at once.
    expect([servedOf(flood), later.map(({ ms }) => ms)]).toEqual([8, [620]]);
    later[0]?.run();
    await settled();
    expect(servedOf(flood)).toBe(9);
    clock.ms += 5_000;
    flood[1]?.release();
    expect(later[1]?.ms).toBe(5_000);
  });

  test('rest no more when the others are gone', async () => {
    const { dispatcher, clock, later } = start();
    ask(dispatcher, { tenantId: 'b', clusterId: 'd' }).release();
    const flood = askMany(dispatcher, 60);
    clock.ms += 600;
    dispatcher.sweep();
    await settled();
    expect(servedOf(flood)).toBe(50);
    flood[0]?.release();
    await settled();
    expect([servedOf(flood), later]).toEqual([51, []]);
  });

  test('take turns at a process that is full', async () => {
    const { dispatcher } = start({ totalSeats: 8, contendedSeats: 1_000 });
    const flood = askMany(dispatcher, 40);
    const other = askMany(dispatcher, 4, { tenantId: 'b', clusterId: 'd' });
    expect([servedOf(flood), servedOf(other)]).toEqual([8, 0]);
    for (const asked of flood.slice(0, 8)) asked.release();
    await settled();
    expect([servedOf(flood), servedOf(other)]).toEqual([12, 4]);
  });

  test('leave the seats to one when the others are gone', async () => {
    const { dispatcher, clock } = start();
    ask(dispatcher, { tenantId: 'b', clusterId: 'd' }).release();
    const all = askMany(dispatcher, 60);
    expect(servedOf(all)).toBe(8);
    clock.ms += 500;
    dispatcher.sweep();
    await settled();
    expect(servedOf(all)).toBe(50);
  });
});

describe('a priority level', () => {
  const users = { flow: flowOf('olga') };

  test('is limited to its seats and what others lend; exempt ones go on', () => {
    const { dispatcher } = start();
    // Of 50 seats: its own 5, and 28 that system, node-high, workload-high and workload-low lend.
    const all = askMany(dispatcher, 50, users);
    expect(servedOf(all)).toBe(33);
    expect(ask(dispatcher).isServed).toBe(true);
  });

  test('lets the flow that is served least go first', async () => {
    const { dispatcher } = start();
    const heavy = askMany(dispatcher, 300, users);
    const light = ask(dispatcher, { flow: flowOf('max') });
    expect(light.isServed).toBe(false);
    for (const asked of heavy.slice(0, 7)) asked.release();
    await settled();
    expect(light.isServed).toBe(true);
  });

  test('refuses what its queues do not hold', async () => {
    const { dispatcher } = start();
    const all = askMany(dispatcher, 400, users);
    await settled();
    const refused = all.filter(({ outcome }) => outcome === 'queue-full').length;
    // Six queues of fifty are one flow’s.
    expect(refused).toBe(400 - 33 - 300);
  });

  test('that lets nobody wait refuses at once', () => {
    const { dispatcher } = start();
    const odd = { flow: steering.flowOf({ username: 'x', groups: [], verb: 'get', target: pods }) };
    expect(odd.flow.level.name).toBe('catch-all');
    const outcomes = askMany(dispatcher, 40, odd).map(({ outcome }) => outcome);
    expect(outcomes.at(-1)).toBe('concurrency-limit');
  });

  test('without seats serves nobody', async () => {
    const none: PriorityLevelConfiguration = {
      apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
      kind: 'PriorityLevelConfiguration',
      metadata: { name: 'global-default' },
      spec: {
        type: 'Limited',
        limited: {
          nominalConcurrencyShares: 0,
          borrowingLimitPercent: 0,
          limitResponse: { type: 'Queue', queuing: { queues: 1, handSize: 1, queueLengthLimit: 5 } },
        },
      },
    };
    const closed = compileSteering([none]);
    const flow = closed.flowOf({
      username: 'olga',
      groups: ['system:authenticated'],
      verb: 'get',
      target: pods,
    });
    const { dispatcher, clock } = start();
    const asked = ask(dispatcher, { steering: closed, flow });
    expect(asked.outcome).toBeUndefined();
    clock.ms += 15_000;
    dispatcher.sweep();
    await settled();
    expect(asked.outcome).toBe('time-out');
  });
});

describe('a request that waits', () => {
  test('is refused after its time, and dropped when its client is gone', async () => {
    const { dispatcher, clock } = start();
    const running = ask(dispatcher, { tenantSeats: 1 });
    let isGone = false;
    const patient = ask(dispatcher, { tenantSeats: 1 });
    const leaving = ask(dispatcher, { tenantSeats: 1, isGone: () => isGone });
    isGone = true;
    clock.ms += 14_999;
    dispatcher.sweep();
    await settled();
    expect([patient.outcome, leaving.outcome]).toEqual([undefined, 'gone']);
    clock.ms += 1;
    dispatcher.sweep();
    await settled();
    expect(patient.outcome).toBe('time-out');
    running.release();
    clock.ms += 500;
    dispatcher.sweep();
    expect([dispatcher.tenants, dispatcher.usedSeats]).toEqual([0, 0]);
  });

  test('of a client that left does not take the seat of the next', async () => {
    const { dispatcher } = start();
    const running = ask(dispatcher, { tenantSeats: 1 });
    const gone = ask(dispatcher, { tenantSeats: 1, isGone: () => true });
    const next = ask(dispatcher, { tenantSeats: 1 });
    running.release();
    await settled();
    expect([gone.outcome, next.isServed]).toEqual(['gone', true]);
  });
});
