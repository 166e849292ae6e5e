import type { Endpoint, EndpointSlice } from '@berth/kinds';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SliceWrite } from './slice-write.ts';
import { inOrder } from './write-order.ts';

/** `a+` is ready, `a-` is not. */
function slice(name: string, text: string): EndpointSlice {
  const endpoints = text
    .split(' ')
    .filter(Boolean)
    .map((word): Endpoint => {
      const conditions = { ready: word.endsWith('+') };
      return { addresses: [word.slice(0, -1)], conditions };
    });
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name },
    addressType: 'IPv4',
    endpoints,
  };
}

function write(name: string, before: string | undefined, after: string | undefined): SliceWrite {
  return {
    before: before === undefined ? undefined : slice(name, before),
    after: after === undefined ? undefined : slice(name, after),
  };
}

function shown(writes: readonly SliceWrite[]): string[] {
  return writes.map(({ before, after }) => {
    const words = after?.endpoints?.map(
      ({ addresses, conditions }) => `${addresses[0]}${conditions?.ready ? '+' : '-'}`,
    );
    return `${(after ?? before)?.metadata.name}: ${words?.join(' ') ?? 'gone'}`;
  });
}

describe('the order of writes to slices', () => {
  it.each<readonly [string, SliceWrite[], string[]]>([
    ['one slice is one write', [write('x', 'a+ b-', 'a- b+')], ['x: a- b+']],
    [
      'losses of all slices come before gains',
      [write('x', 'a+ b-', 'a- b+'), write('y', 'c+ d-', 'c- d+')],
      ['x: a- b-', 'y: c- d+', 'x: a- b+'],
    ],
    [
      'a slice that only gains waits for the others',
      [write('new', undefined, 'b+'), write('x', 'a+', 'a-'), write('y', 'c+', '')],
      ['x: a-', 'y: ', 'new: b+'],
    ],
    [
      'losses in one slice and gains everywhere need no more writes than slices',
      [write('new', undefined, 'b+'), write('x', 'a+ c-', 'c+')],
      ['x: c+', 'new: b+'],
    ],
    [
      'what goes with nothing but losses goes first',
      [write('new', undefined, 'b+'), write('x', 'a+', undefined)],
      ['x: gone', 'new: b+'],
    ],
    [
      'an endpoint that moves is there before it goes',
      [write('x', 'a+', undefined), write('y', '', 'a+')],
      ['y: a+', 'x: gone'],
    ],
    [
      'an endpoint that moves is not taken along by losses',
      [write('x', 'a+ m+', undefined), write('y', '', 'b+ m+')],
      ['x: m+', 'y: b+ m+', 'x: gone'],
    ],
  ])('%s', (_name, writes, order) => {
    expect(shown(inOrder(writes))).toEqual(order);
  });

  it('never shows what is over beside what begins, and never misses what stays', () => {
    const state = fc.constantFrom('', '+', '-');
    const endpoint = fc.record({ slice: fc.nat(2), before: state, after: state, moves: fc.boolean() });
    fc.assert(
      fc.property(fc.array(endpoint, { minLength: 1, maxLength: 9 }), (endpoints) => {
        const contents = (side: 'before' | 'after') =>
          [0, 1, 2].map((place) =>
            endpoints
              .flatMap((e, i) => {
                const home = side === 'after' && e.moves && e.slice === 0 ? 1 : e.slice;
                return home === place && e[side] ? [`e${i}${e[side]}`] : [];
              })
              .join(' '),
          );
        const [before, after] = [contents('before'), contents('after')];
        const writes = [0, 1, 2].flatMap((i) =>
          before[i] === after[i] ? [] : [write(`s${i}`, before[i] || undefined, after[i] || undefined)],
        );
        const now = new Map(before.map((text, i) => [`s${i}`, text]));
        const readyIn = (texts: Iterable<string>) =>
          new Set([...texts].flatMap((text) => text.split(' ').filter((word) => word.endsWith('+'))));
        const [was, is] = [readyIn(before), readyIn(after)];
        for (const step of shown(inOrder(writes))) {
          const [name = '', text = ''] = step.split(/: ?/);
          now.set(name, text === 'gone' ? '' : text);
          const ready = readyIn(now.values());
          const hasOver = [...ready].some((id) => was.has(id) && !is.has(id));
          const hasNew = [...ready].some((id) => is.has(id) && !was.has(id));
          expect(hasOver && hasNew && writes.length > 1).toBe(false);
          for (const id of was) if (is.has(id)) expect(ready).toContain(id);
        }
        expect([...now.values()]).toEqual(after);
      }),
      { numRuns: 3000 },
    );
  });
});
