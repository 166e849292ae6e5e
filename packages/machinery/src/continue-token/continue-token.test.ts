import { describe, expect, test } from 'vitest';
import { decodeContinueToken, encodeContinueToken } from './continue-token.ts';

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('continue tokens', () => {
  test('are those of Kubernetes', () => {
    const token = encodeContinueToken({ revision: 42, namespace: 'default', name: 'pod-1' });
    expect(Buffer.from(token, 'base64url').toString()).toBe(
      '{"v":"meta.k8s.io/v1","rv":42,"start":"default/pod-1\\u0000"}',
    );
  });

  test.each([
    { revision: 42, namespace: 'default', name: 'pod-1' },
    { revision: -1, namespace: '', name: 'node-1' },
  ])('are read back: %j', (position) => {
    expect(decodeContinueToken(encodeContinueToken(position))).toEqual(position);
  });

  const prefix = 'invalid continue token: continue key is not valid';
  test.each([
    ['a b', `${prefix}: illegal base64 data at input byte 1`],
    ['eyJ2I', `${prefix}: illegal base64 data at input byte 4`],
    [Buffer.from('{').toString('base64url'), `${prefix}: the token is not JSON`],
    [encode(null), `${prefix}: server does not recognize this encoded version `],
    [encode({ v: 'v2', rv: 1, start: 'a' }), `${prefix}: server does not recognize this encoded version v2`],
    [
      encode({ v: 'meta.k8s.io/v1', start: 'a' }),
      `${prefix}: incorrect encoded start resourceVersion (version meta.k8s.io/v1)`,
    ],
    [encode({ v: 'meta.k8s.io/v1', rv: 1 }), `${prefix}: encoded start key empty (version meta.k8s.io/v1)`],
    [encode({ v: 'meta.k8s.io/v1', rv: 1, start: '../b' }), `${prefix}: ../b`],
    [
      encode({ v: 'meta.k8s.io/v1', rv: '1', start: 'a' }),
      `${prefix}: a field of the token has the wrong type`,
    ],
  ])('%j is refused', (token, message) => {
    expect(() => decodeContinueToken(token)).toThrow(
      expect.objectContaining({ code: 'BadRequest', message }),
    );
  });
});
