import type { Node } from '@berth/kinds';
import type { Clock } from '@berth/runtime';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ApiClient, connectionPool } from '../api/api-client.ts';
import { FleetApi } from '../testing/fleet-api.ts';
import { keepRegistered } from './node-registration.ts';
import { simulatedMachine } from './this-machine.ts';

const path = '/clusters/system/api/v1/nodes/one';

/** A clock that stands still and goes on to the next timer when told. */
class SteppedClock implements Clock {
  #nowMs = Date.parse('2026-03-01T12:00:00Z');
  #timers: Array<{ readonly time: Date; readonly fire: () => void }> = [];
  #armed = () => {};

  now(): Date {
    return new Date(this.#nowMs);
  }

  at(time: Date, fire: () => void): () => void {
    const timer = { time, fire };
    this.#timers.push(timer);
    this.#armed();
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Resolves once somebody waits, and says until when. */
  async waiting(): Promise<Date> {
    for (;;) {
      const [timer] = this.#timers;
      if (timer !== undefined) return timer.time;
      await new Promise<void>((resolve) => (this.#armed = resolve));
    }
  }

  /** Lets the time come that somebody waits for, and what follows come to its next wait. */
  async step(): Promise<void> {
    this.#nowMs = (await this.waiting()).getTime();
    const [timer] = this.#timers.splice(0, 1);
    timer?.fire();
    await this.waiting();
  }
}

let api: FleetApi;
let clock: SteppedClock;
let ended: AbortController;
let keeping: Promise<void>;
let pool: ReturnType<typeof connectionPool>;
beforeEach(async () => {
  api = await FleetApi.start();
  clock = new SteppedClock();
  ended = new AbortController();
  pool = connectionPool({ ca: undefined, nodes: 1 });
  const token = { read: () => Promise.resolve('node-token'), forget: () => {} };
  const describe = () => ({
    name: 'one',
    runtime: { name: 'simulated', version: 'simulated://1', podCapacity: 10 },
    machine: simulatedMachine(),
    address: '127.0.0.1',
    kubeletPort: 10250,
    isShuttingDown: ended.signal.aborted,
    now: clock.now(),
  });
  keeping = keepRegistered(
    {
      nodeName: 'one',
      api: new ApiClient({ url: api.url, pool, token }),
      describe,
      clock,
      log: pino({ level: 'silent' }),
      onRegistered: () => {},
    },
    ended.signal,
  );
  await clock.waiting();
});
afterEach(async () => {
  ended.abort();
  await keeping;
  await pool.agent.destroy();
  await api.close();
});

const node = (): Node | undefined => api.get(path);
const ready = () => node()?.status?.conditions?.find(({ type }) => type === 'Ready');
const posts = () => api.requests.filter((request) => request.path === `${path}/status`).length;
const renewals = () =>
  api.requests.filter(({ method, path: at }) => method === 'PATCH' && at.includes('/leases/')).length;

it('a node posts its status once, and its Lease every 10 s', async () => {
  const before = clock.now().getTime();
  for (let beat = 0; beat < 3; beat += 1) await clock.step();
  expect(clock.now().getTime() - before).toBe(30_000);
  expect({ posts: posts(), renewals: renewals() }).toEqual({ posts: 1, renewals: 4 });
});

it('without news a node posts its status every 5 min', async () => {
  for (let beat = 0; beat < 30; beat += 1) await clock.step();
  expect(posts()).toBe(2);
});

it('a node that is said to be unknown says at its next beat that it is ready', async () => {
  const current = node();
  if (!current) throw new Error('the node did not join');
  const conditions = current.status?.conditions?.map((condition) => ({ ...condition, status: 'Unknown' }));
  api.put(path, { ...current, status: { ...current.status, conditions } });
  await clock.step();
  expect(ready()).toMatchObject({ status: 'True', reason: 'KubeletReady' });
  await clock.step();
  expect(posts()).toBe(2);
});

it('a node whose agent ends says so', async () => {
  ended.abort();
  await keeping;
  expect(ready()).toMatchObject({
    status: 'False',
    reason: 'KubeletNotReady',
    message: 'node is shutting down',
  });
});

it('an agent that cannot say so ends all the same', async () => {
  api.setDown(true);
  ended.abort();
  await keeping;
  expect(ready()).toMatchObject({ status: 'True' });
});
