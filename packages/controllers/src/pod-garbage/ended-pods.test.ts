import { builtinRegistry, type Pod } from '@berth/kinds';
import { expect, it } from 'vitest';
import { MemoryBase } from '../testing/memory-base.ts';
import { Overlay } from '../turn/overlay.ts';
import { endedPodActions, mostEndedPods } from './ended-pods.ts';

const now = new Date('2026-03-01T10:00:00Z');
const context = { now, podsAtOnce: 500 };

function viewOf(ended: number, running: number, agedMs = (index: number) => -index): Overlay {
  const base = new MemoryBase();
  for (let index = 0; index < ended + running; index++) {
    const name = `p-${index}`;
    const pod: Pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name,
        namespace: 'default',
        uid: name,
        creationTimestamp: new Date(now.getTime() - 1_000_000 - agedMs(index)).toISOString(),
      },
      status:
        index >= ended
          ? { phase: 'Running' }
          : { phase: 'Failed', ...(index === ended - 1 ? { reason: 'Evicted' } : {}) },
    };
    base.put({ resource: 'pods', namespace: 'default', name }, pod);
  }
  return new Overlay({ base, nodes: [], registry: builtinRegistry });
}

const removed = (view: Overlay): string[] =>
  endedPodActions(view, context).flatMap((action) => (action.type === 'delete' ? [action.key.name] : []));

it('keeps as many pods that ended as the threshold says, however many run', () => {
  expect(endedPodActions(viewOf(mostEndedPods, 10), context)).toEqual([]);
});

it('removes evicted pods first, then the oldest', () => {
  expect(removed(viewOf(mostEndedPods + 3, 1))).toEqual([`p-${mostEndedPods + 2}`, 'p-0', 'p-1']);
});

it('removes the oldest wherever they stand', () => {
  const view = viewOf(mostEndedPods + 4, 1, (index) => (index * 7919) % (mostEndedPods + 4));
  const ages = removed(view).map((name) => (Number(name.slice(2)) * 7919) % (mostEndedPods + 4));
  const [, ...oldest] = ages;
  expect(oldest).toEqual([mostEndedPods + 3, mostEndedPods + 2, mostEndedPods + 1]);
});

it('removes many in batches, each in a reconcile of its own', () => {
  const view = viewOf(mostEndedPods + 600, 0);
  expect(removed(view)).toHaveLength(500);
  expect(endedPodActions(view, context)).toContainEqual({ type: 'wakeAt', at: now });
});

it('removes as many at once as the turn lets it', () => {
  const actions = endedPodActions(viewOf(mostEndedPods + 3, 0), { now, podsAtOnce: 2 });
  expect(actions.filter(({ type }) => type === 'delete')).toHaveLength(2);
  expect(actions).toContainEqual({ type: 'wakeAt', at: now });
});
