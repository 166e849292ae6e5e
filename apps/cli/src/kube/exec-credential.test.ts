import { describe, expect, test } from 'vitest';
import { readTokenClaims } from '../login/token-claims.ts';
import { unsignedToken } from '../testing/fake-context.ts';
import { execCredential } from './exec-credential.ts';

const issued = { iss: 'https://berth.example/clusters/prod', sub: 'alice', exp: Date.UTC(2026, 0, 1) / 1000 };

test('kubectl asks again before the token ends', () => {
  const token = unsignedToken(issued);
  expect(JSON.parse(execCredential(token))).toEqual({
    apiVersion: 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    status: { token, expirationTimestamp: '2025-12-31T23:59:30.000Z' },
  });
});

test('a token that does not say when it ends is used until the server refuses it', () => {
  expect(JSON.parse(execCredential('opaque')).status).toEqual({ token: 'opaque' });
});

describe('a token tells', () => {
  test('whose it is, of which cluster, and when it ends', () => {
    expect(readTokenClaims(unsignedToken(issued))).toEqual({
      subject: 'alice',
      clusterId: 'prod',
      expiresAt: new Date('2026-01-01T00:00:00Z'),
    });
  });

  test.each(['', 'a', 'a.b', 'a.bnVsbA.c', `.${Buffer.from('{').toString('base64url')}.`])(
    'nothing where it is none: %j',
    (text) => {
      expect(readTokenClaims(text)).toBeUndefined();
    },
  );
});
