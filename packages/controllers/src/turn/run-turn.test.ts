import type { Event } from '@berth/kinds';
import type { KubeObject } from '@berth/machinery';
import { describe, expect, it } from 'vitest';
import type { Action, ObservedChange, ReconcileKey, Reconciler } from '../reconciler.ts';
import { MemoryCluster, type MemoryClusterOptions } from '../testing/memory-cluster.ts';
import { plainRegistry } from '../testing/plain-kinds.ts';
import { keyOf } from './base-view.ts';
import { retryDelayMs } from './turn-timers.ts';

const widgets = 'widgets';
const gadgets = 'gadgets.example.com';

interface Widget extends KubeObject {
  spec?: { gadgets?: number };
  status?: { gadgets?: number };
}

const namespace: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } };

function widget(name: string, spec: NonNullable<Widget['spec']> = {}): Widget {
  return { apiVersion: 'v1', kind: 'Widget', metadata: { name, namespace: 'default' }, spec };
}

function gadgetOf(owner: KubeObject, suffix: string | number): KubeObject {
  const { name, uid = '' } = owner.metadata;
  return {
    apiVersion: 'example.com/v1',
    kind: 'Gadget',
    metadata: {
      name: `${name}-${suffix}`,
      namespace: 'default',
      ownerReferences: [{ apiVersion: 'v1', kind: 'Widget', name, uid }],
    },
  };
}

/** Wakes the widget that changed, and the one that a changed gadget belongs to. */
function widgetKeys(change: ObservedChange): readonly ReconcileKey[] {
  const object = change.after ?? change.before;
  if (change.resource === widgets && object) return [keyOf(widgets, object)];
  if (change.resource !== gadgets || !object) return [];
  const owner = object.metadata.ownerReferences?.[0];
  return owner ? [{ resource: widgets, namespace: 'default', name: owner.name }] : [];
}

/** Keeps as many gadgets as the widget says, one at a time, and their number in its status. */
const gadgetKeeper: Reconciler = {
  name: 'gadget-keeper',
  keysOf: widgetKeys,
  reconcile: (key, view) => {
    const object = view.get<Widget>(key);
    if (!object) return [];
    const owned = view.ownedBy(object.metadata.uid ?? '', gadgets);
    const actions: Action[] = [];
    if (owned.length < (object.spec?.gadgets ?? 0)) {
      actions.push({ type: 'create', object: gadgetOf(object, owned.length) });
    }
    if ((object.status?.gadgets ?? 0) !== owned.length) {
      actions.push({ type: 'updateStatus', object: { ...object, status: { gadgets: owned.length } } });
    }
    return actions;
  },
};

function widgetReconciler(reconcile: Reconciler['reconcile']): Reconciler {
  return { name: 'widget-controller', keysOf: widgetKeys, reconcile };
}

function clusterWith(
  reconcilers: readonly Reconciler[],
  options: Partial<MemoryClusterOptions> = {},
): MemoryCluster {
  const cluster = new MemoryCluster({ registry: plainRegistry, reconcilers, ...options });
  cluster.create(namespace);
  return cluster;
}

describe('the fixpoint', () => {
  it('carries every consequence of a change into one plan, each write a log entry of its own', () => {
    const cluster = clusterWith([gadgetKeeper]);
    cluster.create(widget('a', { gadgets: 3 }));
    const plan = cluster.turn();

    expect(plan.exhausted).toBe(false);
    expect(plan.writes.filter((write) => write.resource === gadgets).map((write) => write.name)).toEqual([
      'a-0',
      'a-1',
      'a-2',
    ]);
    const statuses = plan.writes.filter((write) => write.resource === widgets);
    expect(statuses.map((write) => JSON.parse(write.body).status)).toEqual([
      { gadgets: 1 },
      { gadgets: 2 },
      { gadgets: 3 },
    ]);
    const { uid } = cluster.get(widgets, 'default', 'a')?.metadata ?? {};
    expect(statuses.map((write) => write.expected)).toEqual([{ uid, revision: 2 }, { uid }, { uid }]);
    expect(plan.writes[0]?.within).toEqual({ resource: 'namespaces', namespace: '', name: 'default' });
  });

  it('does nothing in the turn after', () => {
    const cluster = clusterWith([gadgetKeeper]);
    cluster.create(widget('a', { gadgets: 3 }));
    cluster.turn();
    cluster.update({
      ...widget('a', { gadgets: 3 }),
      metadata: { ...widget('a').metadata, labels: { x: 'y' } },
    });
    expect(cluster.turn().writes).toEqual([]);
  });

  it('loses nothing when the budget is spent: what is left is due at once', () => {
    const cluster = clusterWith([gadgetKeeper], { budget: { maxWrites: 4 } });
    for (let index = 0; index < 5; index++) cluster.create(widget(`w${index}`, { gadgets: 4 }));
    const plan = cluster.turn();
    expect(plan.exhausted).toBe(true);
    expect(plan.writes.length).toBeLessThan(7);
    expect(plan.setTimers.every((timer) => timer.dueAt.getTime() === cluster.now.getTime())).toBe(true);

    cluster.settle();
    expect(cluster.list(gadgets)).toHaveLength(20);
    expect(cluster.timers.size).toBe(0);
  });

  it('stops at the deadline, before the first key if need be', () => {
    const cluster = clusterWith([gadgetKeeper], { budget: { deadline: () => true } });
    cluster.create(widget('a', { gadgets: 3 }));
    const plan = cluster.turn();
    expect(plan.writes).toEqual([]);
    expect(plan.setTimers.map((timer) => timer.key)).toEqual(['gadget-keeper|widgets|default|a']);
  });

  it('cuts a key off that never comes to rest, and keeps the others going', () => {
    const restless = widgetReconciler((key, view) => {
      const object = view.get<Widget>(key);
      if (object?.metadata.name !== 'restless') return [];
      return [
        {
          type: 'updateStatus',
          object: { ...object, status: { gadgets: (object.status?.gadgets ?? 0) + 1 } },
        },
      ];
    });
    const cluster = clusterWith([restless, gadgetKeeper], { budget: { maxRoundsPerKey: 7 } });
    cluster.create(widget('restless'));
    cluster.create(widget('calm', { gadgets: 1 }));
    const plan = cluster.turn();
    expect(plan.errors[0]?.error).toMatchObject({
      code: 'ReconcileRestless',
      message: 'widget-controller did not come to rest in 7 rounds',
    });
    expect(cluster.list(gadgets)).toHaveLength(1);
  });
});

describe('a reconciler that throws', () => {
  const broken = widgetReconciler((key, view) => {
    const object = view.get<Widget>(key);
    if (object?.metadata.name === 'bad') throw new Error('out of order');
    return object && !object.status
      ? [{ type: 'updateStatus', object: { ...object, status: { gadgets: 0 } } }]
      : [];
  });

  it('backs off for its key alone, and tells so in an Event', () => {
    const cluster = clusterWith([broken]);
    cluster.create(widget('bad'));
    cluster.create(widget('good'));
    const plan = cluster.turn();
    expect(plan.errors).toMatchObject([
      { reconciler: 'widget-controller', key: { name: 'bad' }, failures: 1 },
    ]);
    expect(cluster.get<Widget>(widgets, 'default', 'good')?.status).toEqual({ gadgets: 0 });
    expect(cluster.events('bad')).toEqual(['FailedReconcile: out of order']);
  });

  it('is tried again after 1 s doubling to 5 min, the count surviving in the timer', () => {
    const cluster = clusterWith([broken]);
    cluster.create(widget('bad'));
    cluster.turn();
    const delays: number[] = [];
    for (let attempt = 1; attempt <= 11; attempt++) {
      expect([...cluster.timers.keys()]).toEqual([`widget-controller!${attempt}|widgets|default|bad`]);
      const [dueAt] = cluster.timers.values();
      delays.push(((dueAt?.getTime() ?? 0) - cluster.now.getTime()) / 1000);
      cluster.now = dueAt ?? cluster.now;
      cluster.turn();
    }
    expect(delays).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    const [event] = cluster.list<Event>('events');
    expect(event?.count).toBe(12);
    expect(retryDelayMs(1000)).toBe(300_000);
  });

  it('tries again at once when something else is wanted of the object, and then has nothing to retry', () => {
    const picky = widgetReconciler((key, view) => {
      const object = view.get<Widget>(key);
      if (object?.spec?.gadgets === 1) throw new Error('one is too few');
      return object && !object.status
        ? [{ type: 'updateStatus', object: { ...object, status: { gadgets: 2 } } }]
        : [];
    });
    const fixing: Reconciler = {
      ...widgetReconciler((key, view) => {
        const object = view.get<Widget>(key);
        return object?.spec?.gadgets === 1
          ? [{ type: 'update', object: { ...object, spec: { gadgets: 2 } } }]
          : [];
      }),
      name: 'fixing-controller',
    };
    const cluster = clusterWith([picky, fixing]);
    cluster.create(widget('a', { gadgets: 1 }));
    const plan = cluster.turn();
    expect(plan.errors).toMatchObject([{ reconciler: 'widget-controller', failures: 1 }]);
    expect(cluster.get<Widget>(widgets, 'default', 'a')?.status).toEqual({ gadgets: 2 });
    expect([...cluster.timers.keys()]).toEqual([]);
  });

  it('counts a turn in which it throws twice as one', () => {
    const broken = widgetReconciler(() => {
      throw new Error('out of order');
    });
    const raising: Reconciler = {
      ...widgetReconciler((key, view) => {
        const object = view.get<Widget>(key);
        const gadgets = object?.spec?.gadgets ?? 3;
        return object && gadgets < 3
          ? [{ type: 'update', object: { ...object, spec: { gadgets: gadgets + 1 } } }]
          : [];
      }),
      name: 'raising-controller',
    };
    const cluster = clusterWith([broken, raising]);
    cluster.create(widget('a', { gadgets: 1 }));
    const plan = cluster.turn();
    expect(plan.errors.map(({ failures }) => failures)).toEqual([1, 1, 1]);
    expect([...cluster.timers.keys()]).toEqual(['widget-controller!1|widgets|default|a']);
  });

  it('leaves nothing behind of the actions before the one that the API refuses', () => {
    const half = widgetReconciler((key, view) => {
      const object = view.get<Widget>(key);
      if (!object || object.status) return [];
      return [
        { type: 'updateStatus', object: { ...object, status: { gadgets: 1 } } },
        { type: 'create', object: gadgetOf(object, 'NOT-A-NAME') },
      ];
    });
    const cluster = clusterWith([half]);
    cluster.create(widget('a'));
    const plan = cluster.turn();
    expect(plan.writes.map((write) => write.resource)).toEqual(['events']);
    expect(cluster.events('a')[0]).toMatch(
      /^FailedCreate: Error creating: Gadget\.example\.com "a-NOT-A-NAME" is invalid: /,
    );
  });
});

describe('a reconciler that throws while it maps changes to keys', () => {
  function picky(refuses: (object: KubeObject | undefined) => boolean): Reconciler {
    return {
      ...gadgetKeeper,
      keysOf: (change) => {
        if (refuses(change.after ?? change.before)) throw new Error('unreadable');
        return widgetKeys(change);
      },
    };
  }
  const neighbour: Reconciler = {
    name: 'neighbour',
    keysOf: widgetKeys,
    reconcile: (key, view) => {
      const object = view.get<Widget>(key);
      if (!object || object.metadata.labels) return [];
      const labels = { seen: 'yes' };
      return [{ type: 'update', object: { ...object, metadata: { ...object.metadata, labels } } }];
    },
  };

  it('goes on with the other changes, and the other reconcilers with all of them', () => {
    const cluster = clusterWith([picky((object) => object?.metadata.name === 'bad'), neighbour]);
    cluster.create(widget('bad', { gadgets: 1 }));
    cluster.create(widget('good', { gadgets: 1 }));
    const plan = cluster.turn();
    expect(plan.errors).toMatchObject([
      { reconciler: 'gadget-keeper/keys', key: { resource: widgets, name: 'bad' }, failures: 1 },
    ]);
    expect(cluster.list(gadgets).map(({ metadata }) => metadata.name)).toEqual(['good-0']);
    expect(cluster.list(widgets).map(({ metadata }) => metadata.labels)).toEqual([
      { seen: 'yes' },
      { seen: 'yes' },
    ]);
    expect(cluster.events('bad')).toEqual(['FailedReconcile: unreadable']);
  });

  it('maps the object again, doubling the wait, until it can', () => {
    let isBroken = true;
    const cluster = clusterWith([picky(() => isBroken)]);
    cluster.create(widget('a', { gadgets: 2 }));
    cluster.settle();
    const own = (): string[] => [...cluster.timers.keys()].filter((key) => key.includes('widgets'));
    expect(own()).toEqual(['gadget-keeper/keys!1|widgets|default|a']);
    cluster.advance(1);
    expect(own()).toEqual(['gadget-keeper/keys!2|widgets|default|a']);
    isBroken = false;
    cluster.advance(1);
    expect(cluster.list(gadgets)).toEqual([]);
    cluster.advance(1);
    expect(cluster.list(gadgets)).toHaveLength(2);
    expect(own()).toEqual([]);
  });

  it('looks at what an object left behind that is gone by then', () => {
    let isBroken = false;
    const cluster = clusterWith([picky(() => isBroken)]);
    cluster.create(widget('a', { gadgets: 1 }));
    cluster.settle();
    isBroken = true;
    const [gadget] = cluster.list(gadgets);
    if (gadget) cluster.delete(gadget);
    cluster.settle();
    expect(cluster.list(gadgets)).toEqual([]);
    isBroken = false;
    cluster.advance(1);
    expect(cluster.list(gadgets)).toHaveLength(1);
  });

  it('ends the turn even if it throws over everything, the Events of its own failure too', () => {
    const cluster = clusterWith([picky(() => true)]);
    cluster.create(widget('a'));
    cluster.settle();
    const told = cluster.list<Event>('events').map(({ involvedObject }) => involvedObject.name);
    expect(new Set(told)).toEqual(new Set(['a', 'default']));
  });
});

describe('timers', () => {
  it('keep one wake per key, the earliest asked for, and are cleared when they fired', () => {
    const times = [30, 10];
    const waker = widgetReconciler((_key, _view, { now }) =>
      times.map((seconds) => ({ type: 'wakeAt', at: new Date(now.getTime() + seconds * 1000) })),
    );
    const cluster = clusterWith([waker]);
    cluster.create(widget('a'));
    cluster.turn();
    const dueAt = new Date(cluster.now.getTime() + 10_000);
    expect([...cluster.timers]).toEqual([['widget-controller|widgets|default|a', dueAt]]);

    times.length = 0;
    cluster.now = dueAt;
    cluster.turn();
    expect(cluster.timers.size).toBe(0);
  });

  it('run a key again in the same turn when the time has come already', () => {
    let runs = 0;
    const again = widgetReconciler((_key, _view, { now }) =>
      ++runs < 3 ? [{ type: 'wakeAt', at: now }] : [],
    );
    const cluster = clusterWith([again]);
    cluster.create(widget('a'));
    cluster.turn();
    expect(runs).toBe(3);
    expect(cluster.timers.size).toBe(0);
  });

  it('that nothing answers to are cleared, lest they wake the cluster for ever', () => {
    const cluster = clusterWith([gadgetKeeper]);
    const keys = ['not a timer key', 'retired-controller|widgets|default|a'];
    for (const key of keys) cluster.timers.set(key, cluster.now);
    expect(cluster.turn().clearTimers).toEqual(keys.map((key) => ({ key, dueAt: cluster.now })));
  });
});

describe('events', () => {
  function talker(messages: readonly string[]): Reconciler {
    return widgetReconciler((key, view) => {
      const regarding = view.get<Widget>(key);
      if (!regarding) return [];
      return messages.map((message) => ({
        type: 'event',
        regarding,
        eventType: 'Normal',
        reason: 'Said',
        message,
      }));
    });
  }

  it('count up when they repeat, within a turn and over turns', () => {
    const cluster = clusterWith([talker(['hello', 'hello', 'bye'])]);
    const created = cluster.create(widget('a'));
    cluster.turn();
    cluster.now = new Date(cluster.now.getTime() + 60_000);
    cluster.update({ ...created, metadata: { ...created.metadata, labels: { touched: 'yes' } } });
    cluster.turn();
    const events = cluster.list<Event>('events').map((event) => [event.message, event.count]);
    expect(events).toEqual([
      ['hello', 4],
      ['bye', 2],
    ]);
    const [hello] = cluster.list<Event>('events');
    expect(hello).toMatchObject({
      involvedObject: { apiVersion: 'v1', kind: 'Widget', namespace: 'default', name: 'a' },
      source: { component: 'widget-controller' },
      reportingComponent: 'widget-controller',
      firstTimestamp: '2026-03-01T10:00:00Z',
      lastTimestamp: '2026-03-01T10:01:00Z',
      type: 'Normal',
    });
    expect(hello?.metadata.name).toMatch(/^a\.[0-9a-f]{16}$/);
  });

  it('become one combined event in a burst', () => {
    const cluster = clusterWith([talker(Array.from({ length: 500 }, (_, index) => `Created ${index}`))]);
    cluster.create(widget('a'));
    cluster.turn();
    const events = cluster.list<Event>('events');
    expect(events).toHaveLength(11);
    expect(events.at(-1)).toMatchObject({
      message: '(combined from similar events): Created 499',
      count: 490,
    });
  });

  it('are not recorded in a namespace that is going', () => {
    const cluster = clusterWith([talker(['hello'])]);
    cluster.create(widget('a'));
    cluster.base.put(
      { resource: 'namespaces', namespace: '', name: 'default' },
      {
        ...namespace,
        metadata: { name: 'default', deletionTimestamp: '2026-03-01T10:00:00Z' },
      },
    );
    expect(cluster.turn().writes).toEqual([]);
  });
});
