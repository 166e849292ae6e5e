import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FairQueues, type Waiter } from './fair-queues.ts';
import { dealHand } from './shuffle-shard.ts';

interface Named extends Waiter {
  readonly flow: string;
}
const waiter = (flow: string, seats = 1): Named => ({ schemaName: 's', distinguisher: flow, seats, flow });

describe('a hand of queues', () => {
  test('is of different queues, the same each time, and fair to all queues', () => {
    const hits = new Map<number, number>();
    fc.assert(
      fc.property(
        fc.string(),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 0, max: 120 }),
        (...drawn) => {
          const [distinguisher, handSize, more] = drawn;
          const options = { queues: handSize + more, handSize };
          const hand = dealHand({ schemaName: 's', distinguisher }, options);
          expect(new Set(hand).size).toBe(handSize);
          expect(hand.every((card) => card >= 0 && card < options.queues)).toBe(true);
          expect(dealHand({ schemaName: 's', distinguisher }, options)).toEqual(hand);
        },
      ),
    );
    for (let flow = 0; flow < 4_000; flow++) {
      const flowHand = dealHand({ schemaName: 's', distinguisher: `${flow}` }, { queues: 16, handSize: 4 });
      for (const card of flowHand) hits.set(card, (hits.get(card) ?? 0) + 1);
    }
    const counts = [...hits.values()];
    expect(counts.length).toBe(16);
    expect(Math.max(...counts) / Math.min(...counts)).toBeLessThan(1.3);
  });
});

describe('fair queues', () => {
  test('serve a light flow next, however much of a heavy one waits', () => {
    const queues = new FairQueues<Named>({ queues: 64, handSize: 4, queueLengthLimit: 1_000 });
    for (let at = 0; at < 500; at++) queues.add(waiter('heavy'));
    for (let at = 0; at < 100; at++) queues.take();
    queues.add(waiter('light'));
    const served: string[] = [];
    // A heavy flow has a hand of queues, each of which may come once before the light one.
    for (let at = 0; at < 5; at++) served.push(queues.take()?.waiter.flow ?? '');
    expect(served).toContain('light');
  });

  test('share by seats, not by requests', () => {
    const queues = new FairQueues<Named>({ queues: 4_096, handSize: 1, queueLengthLimit: 1_000 });
    for (let at = 0; at < 100; at++) {
      queues.add(waiter('wide', 10));
      for (let narrow = 0; narrow < 10; narrow++) queues.add(waiter('narrow', 1));
    }
    const seats = { wide: 0, narrow: 0 };
    for (let at = 0; at < 550; at++) {
      const taken = queues.take();
      if (taken) seats[taken.waiter.flow as keyof typeof seats] += taken.waiter.seats;
    }
    expect(Math.abs(seats.wide - seats.narrow)).toBeLessThanOrEqual(10);
  });

  test('a flow that was away has no claim on what it did not use', () => {
    const queues = new FairQueues<Named>({ queues: 4_096, handSize: 1, queueLengthLimit: 1_000 });
    for (let at = 0; at < 200; at++) queues.add(waiter('steady'));
    for (let at = 0; at < 100; at++) queues.take();
    for (let at = 0; at < 100; at++) queues.add(waiter('late'));
    const served = Array.from({ length: 20 }, () => queues.take()?.waiter.flow);
    expect(served.filter((flow) => flow === 'steady').length).toBeGreaterThanOrEqual(9);
  });

  test('refuse what finds its whole hand full, and hold nothing once all has ended', () => {
    const queues = new FairQueues<Named>({ queues: 4, handSize: 2, queueLengthLimit: 3 });
    const accepted = Array.from({ length: 10 }, () => queues.add(waiter('one'))).filter(Boolean);
    expect(accepted.length).toBe(6);
    for (let taken = queues.take(); taken !== undefined; taken = queues.take()) {
      queues.ended(taken.queue, taken.waiter.seats);
    }
    expect([queues.length, queues.peek()]).toEqual([0, undefined]);
    expect(queues.add(waiter('one'))).toBe(true);
  });

  test('no flow waits for more than its neighbours’ share, whoever comes', () => {
    const arrivals = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 1, max: 10 })), {
      minLength: 1,
      maxLength: 300,
    });
    fc.assert(
      fc.property(arrivals, (all) => {
        const queues = new FairQueues<Named>({ queues: 4_096, handSize: 1, queueLengthLimit: 1_000 });
        for (const [flow, seats] of all) queues.add(waiter(`f${flow}`, seats));
        const served = new Map<string, number>();
        const left = new Map<string, number>();
        for (const [flow] of all) left.set(`f${flow}`, (left.get(`f${flow}`) ?? 0) + 1);
        for (let taken = queues.take(); taken !== undefined; taken = queues.take()) {
          const { flow, seats } = taken.waiter;
          served.set(flow, (served.get(flow) ?? 0) + seats);
          left.set(flow, (left.get(flow) ?? 0) - 1);
          // Among flows that still wait, nobody is ahead of another by more than the widest request of each.
          const active = [...left].filter(([, count]) => count > 0).map(([name]) => served.get(name) ?? 0);
          expect(Math.max(0, ...active) - Math.min(Number.POSITIVE_INFINITY, ...active)).toBeLessThanOrEqual(
            20,
          );
        }
        expect([...left.values()].every((count) => count === 0)).toBe(true);
      }),
    );
  });
});
