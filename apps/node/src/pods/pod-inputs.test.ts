import type { Pod, Volume } from '@berth/kinds';
import { expect, test } from 'vitest';
import type { ApiClient } from '../api/api-client.ts';
import { ApiError } from '../api/api-error.ts';
import { PodInputsSource } from './pod-inputs.ts';

const startMs = Date.parse('2026-01-01T00:00:00Z');
const lifeMs = 1_000_000;

function podOf(volumes: Volume[]): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'ns', uid: 'uid-p' },
    spec: { serviceAccountName: 'robot', containers: [{ name: 'c' }], volumes },
  };
}

test('a token is asked for as the volume says, and again after four fifths of its life', async () => {
  const asked: unknown[] = [];
  let nowMs = startMs;
  // The transport is not what this is about: only what it is asked, and what it answers.
  const api = {
    post: async (path: string, { body }: { body: unknown }) => {
      asked.push([path, body]);
      const expirationTimestamp = new Date(nowMs + lifeMs).toISOString();
      return { status: { token: `token-${asked.length}`, expirationTimestamp } };
    },
  } as unknown as ApiClient;
  const serviceAccountToken = { path: 't', audience: 'vault', expirationSeconds: 1000 };
  const source = new PodInputsSource(
    api,
    'c1',
    podOf([{ name: 'v', projected: { sources: [{ serviceAccountToken }] } }]),
  );
  const tokenAfter = async (share: number) => {
    nowMs = startMs + lifeMs * share;
    return (await source.fetch(new Date(nowMs))).tokens.get('1000/vault');
  };
  expect([
    await tokenAfter(0),
    await tokenAfter(0.79),
    await tokenAfter(0.81),
    await tokenAfter(0.9),
  ]).toEqual(['token-1', 'token-1', 'token-2', 'token-2']);
  expect(asked[0]).toEqual([
    '/clusters/c1/api/v1/namespaces/ns/serviceaccounts/robot/token',
    {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: {
        audiences: ['vault'],
        expirationSeconds: 1000,
        boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'uid-p' },
      },
    },
  ]);
});

test.each<readonly [string, object, object | undefined, string[]]>([
  ['that is bound', { phase: 'Bound' }, { uid: 'uid-c' }, ['c']],
  ['that waits', { phase: 'Pending' }, { uid: 'uid-c' }, []],
  ['whose volume is another’s', { phase: 'Bound' }, { uid: 'uid-other' }, []],
  ['whose volume is not there', { phase: 'Bound' }, undefined, []],
])('of a claim %s the pod has its volume, or nothing', async (...[, status, claimRef, names]) => {
  const objects: Readonly<Record<string, object | undefined>> = {
    '/clusters/c1/api/v1/namespaces/ns/persistentvolumeclaims/c': {
      metadata: { uid: 'uid-c' },
      spec: { volumeName: 'v' },
      status,
    },
    '/clusters/c1/api/v1/persistentvolumes/v': claimRef && { metadata: { name: 'v' }, spec: { claimRef } },
  };
  const api = {
    get: async (path: string) => {
      const found = objects[path];
      if (found === undefined) throw ApiError.fromAnswer(404, '{}');
      return found;
    },
  } as unknown as ApiClient;
  const source = new PodInputsSource(
    api,
    'c1',
    podOf([{ name: 'data', persistentVolumeClaim: { claimName: 'c' } }]),
  );
  expect(source.isEmpty).toBe(false);
  expect([...(await source.fetch(new Date(startMs))).claims.keys()]).toEqual(names);
});
