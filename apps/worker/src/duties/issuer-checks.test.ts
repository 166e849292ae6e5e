import { IssuerError } from '@berth/auth';
import type { TrustedIssuer, TrustedIssuerStatus } from '@berth/kinds';
import { describe, expect, test } from 'vitest';
import { checkedStatus, issuersToCheck } from './issuer-checks.ts';

const now = new Date('2026-01-01T12:00:00Z');
const ago = (seconds: number): string => new Date(now.getTime() - seconds * 1_000).toISOString();

function issuer(name: string, status?: TrustedIssuerStatus, namespace = 'acme'): TrustedIssuer {
  return {
    apiVersion: 'platform.berth.dev/v1',
    kind: 'TrustedIssuer',
    metadata: { name, namespace, uid: name, generation: 2 },
    spec: { issuer: 'https://a.example.com' },
    ...(status !== undefined && { status }),
  };
}
const ready = (status: string) => [
  { type: 'Ready', status, reason: 'r', message: 'm', lastTransitionTime: ago(9_000) },
];
const well = (fetchedAgo: number) => ({
  observedGeneration: 2,
  conditions: ready('True'),
  lastFetchTime: ago(fetchedAgo),
});

describe('an issuer is asked', () => {
  test.for<readonly [string, TrustedIssuerStatus | undefined, number | undefined, boolean]>([
    ['at once when it is new', undefined, undefined, true],
    ['at once when it has changed', { ...well(1), observedGeneration: 1 }, undefined, true],
    ['not again within 10 min while it is well', well(599), undefined, false],
    ['again after 10 min', well(600), undefined, true],
    ['when it was not well', { ...well(1), conditions: ready('False') }, undefined, true],
    ['not again within a minute', { ...well(1), conditions: ready('False') }, 59, false],
    ['again after a minute', { ...well(1), conditions: ready('False') }, 60, true],
    ['not again within a minute, although it is new to others', undefined, 59, false],
  ])('%s', ([, status, askedAgo, expected]) => {
    const askedAt = askedAgo === undefined ? undefined : new Date(ago(askedAgo));
    expect(issuersToCheck([issuer('a', status)], () => askedAt, now)).toHaveLength(expected ? 1 : 0);
  });

  test('beside those of other tenants: no tenant takes up a whole look', () => {
    const many = Array.from({ length: 100 }, (_, i) => issuer(`greedy-${i}`, undefined, 'greedy'));
    const chosen = issuersToCheck([...many, issuer('modest', undefined, 'modest')], () => undefined, now);
    expect(chosen.map(({ metadata }) => metadata.name)).toEqual([
      'greedy-0',
      'greedy-1',
      'greedy-2',
      'greedy-3',
      'modest',
    ]);
  });
});

describe('the status', () => {
  const error = new IssuerError('Unreachable', 'https://a.example.com cannot be reached: ECONNREFUSED');

  test('tells what was found, and since when', () => {
    expect(checkedStatus(issuer('a'), { keys: 2 }, now)).toEqual({
      conditions: [
        {
          type: 'Ready',
          status: 'True',
          reason: 'KeysFetched',
          message: 'the issuer has 2 keys',
          observedGeneration: 2,
          lastTransitionTime: '2026-01-01T12:00:00Z',
        },
      ],
      observedGeneration: 2,
      lastFetchTime: '2026-01-01T12:00:00Z',
    });
  });

  test('of an issuer that is away keeps the time of the last fetch', () => {
    expect(checkedStatus(issuer('a', well(600)), { error }, now)).toMatchObject({
      conditions: [{ status: 'False', reason: 'Unreachable', message: error.message }],
      lastFetchTime: ago(600),
    });
  });

  test('does not change while an issuer stays away', () => {
    const first = checkedStatus(issuer('a'), { error }, now);
    const later = new Date(now.getTime() + 60_000);
    expect(checkedStatus(issuer('a', first), { error }, later)).toEqual(first);
  });
});
