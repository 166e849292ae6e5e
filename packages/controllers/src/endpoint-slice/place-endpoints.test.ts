import type { Endpoint, EndpointSlice } from '@berth/kinds';
import { expect, it } from 'vitest';
import { endpointId } from './desired-endpoints.ts';
import { placeEndpoints } from './place-endpoints.ts';

const endpoint = (number: number, ready = true): Endpoint => ({
  addresses: [`10.0.${number >> 8}.${number & 255}`],
  conditions: { ready },
});
const range = (from: number, to: number): Endpoint[] =>
  Array.from({ length: to - from }, (_, index) => endpoint(from + index));

function slice(endpoints: Endpoint[]): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 's' },
    addressType: 'IPv4',
    endpoints,
  };
}

/** Sizes of the slices afterwards; `*` marks those that are written. */
function sizes(existing: Endpoint[][], desired: Endpoint[]): string[] {
  const wanted = new Map(desired.map((one) => [endpointId(one), one]));
  return placeEndpoints(existing.map(slice), wanted).map(
    ({ endpoints, isChanged }) => `${endpoints.length}${isChanged ? '*' : ''}`,
  );
}

const cases: ReadonlyArray<readonly [string, Endpoint[][], Endpoint[], string[]]> = [
  ['nothing changes nothing', [range(0, 3)], range(0, 3), ['3']],
  ['new ones go into new slices of a hundred', [], range(0, 250), ['100*', '100*', '50*']],
  [
    'a few more go into the slice that they fill best',
    [range(0, 90), range(100, 195)],
    [...range(0, 90), ...range(100, 200)],
    ['90', '100*'],
  ],
  ['more than fit go into a slice of their own', [range(0, 95)], range(0, 105), ['95', '10*']],
  [
    'a slice that is written anyway is filled',
    [range(0, 100), range(100, 110)],
    range(1, 111),
    ['100*', '10'],
  ],
  [
    'what turns is written where it is',
    [range(0, 2), range(2, 4)],
    [...range(0, 3), endpoint(3, false)],
    ['2', '2*'],
  ],
  ['what goes leaves a gap', [range(0, 100), range(100, 200)], range(0, 150), ['100', '50*']],
  ['an endpoint that stands twice stays once', [range(0, 2), range(0, 2)], range(0, 2), ['2', '0*']],
];

it.each(cases.map(([name, existing, desired, expected]) => ({ name, existing, desired, expected })))(
  '$name',
  ({ existing, desired, expected }) => {
    expect(sizes(existing, desired)).toEqual(expected);
  },
);
