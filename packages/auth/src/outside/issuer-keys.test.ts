import type { JWK } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import type { FetchedKeys, IssuerAddress } from './fetch-issuer-keys.ts';
import { IssuerError } from './issuer-error.ts';
import { createIssuerKeys, type IssuerKeys } from './issuer-keys.ts';

const key = (kid: string): JWK => ({
  kty: 'OKP',
  crv: 'Ed25519',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
  kid,
});
const issuer = { issuer: 'https://a.example.com' };
const unreachable = new IssuerError('Unreachable', 'it is away');
const second = 1_000;
const minute = 60 * second;

let nowMs = 0;
let asked: Array<{ issuer: string; answer: PromiseWithResolvers<FetchedKeys> }> = [];
let keys: IssuerKeys;
beforeEach(() => {
  nowMs = Date.parse('2026-01-01T00:00:00Z');
  asked = [];
  keys = createIssuerKeys({
    fetchKeys: ({ issuer }) => {
      const answer = Promise.withResolvers<FetchedKeys>();
      asked.push({ issuer, answer });
      return answer.promise;
    },
    now: () => new Date(nowMs),
  });
});

const look = (kid: string, address: IssuerAddress = issuer, tenantId = 't') =>
  keys.keysOf(address, { tenantId, kid });

/** Answers the newest question. */
function answer(kids: readonly string[], maxAgeSeconds?: number): void {
  asked.at(-1)?.answer.resolve({ jwks: { keys: kids.map(key) }, maxAgeSeconds });
}

async function knows(kids: readonly string[], maxAgeSeconds?: number): Promise<void> {
  const looking = look(kids[0] ?? '');
  answer(kids, maxAgeSeconds);
  await looking;
}

test('all who ask at once share one fetch, and tenants share the keys of an issuer', async () => {
  const looking = [look('k1'), look('k1', issuer, 'other'), look('k2')];
  answer(['k1', 'k2']);
  await Promise.all(looking);
  await look('k1', issuer, 'third');
  expect(asked).toHaveLength(1);
  const otherAuthority = look('k1', { ...issuer, certificateAuthority: 'pem' });
  expect(asked).toHaveLength(2);
  answer(['k1']);
  await otherAuthority;
});

test.for([
  [undefined, 5 * minute],
  [1, minute],
  [0, minute],
  [600, 10 * minute],
  [999_999, 60 * minute],
] as const)(
  'keys with max-age %s are current for %i ms, and renewed behind the back of who asks',
  async ([maxAge, freshMs]) => {
    await knows(['k1'], maxAge);
    nowMs += freshMs - 1;
    await look('k1');
    expect(asked).toHaveLength(1);
    nowMs += 1;
    await look('k1');
    expect(asked).toHaveLength(2);
  },
);

describe('a key id that is not among the keys', () => {
  test('has them fetched again, so that the first token of a new key is good', async () => {
    await knows(['k1']);
    nowMs += 10 * second;
    const looking = look('k2');
    answer(['k2']);
    await looking;
    expect(asked).toHaveLength(2);
    await look('k2');
    expect(asked).toHaveLength(2);
  });

  test('is asked for once in 10 s, however many tokens name one', async () => {
    await knows(['k1']);
    for (let i = 0; i < 100; i += 1) await look(`forged-${i}`);
    expect(asked).toHaveLength(1);
    nowMs += 10 * second;
    const looking = Array.from({ length: 100 }, (_, i) => look(`forged-${i}`));
    answer(['k1']);
    await Promise.all(looking);
    for (let i = 0; i < 100; i += 1) await look(`forged-${i}`);
    expect(asked).toHaveLength(2);
  });
});

describe('an issuer that is away', () => {
  test('is asked once in 10 s, and who asks meanwhile hears of the failure', async () => {
    const first = look('k1');
    asked[0]?.answer.reject(unreachable);
    await expect(first).rejects.toBe(unreachable);
    await expect(look('k1')).rejects.toBe(unreachable);
    expect(asked).toHaveLength(1);
    nowMs += 10 * second;
    await expect(Promise.all([look('k1'), Promise.resolve(answer(['k1']))])).resolves.toHaveLength(2);
    expect(asked).toHaveLength(2);
  });

  test('is believed by the keys that it had, for six hours', async () => {
    await knows(['k1']);
    nowMs += 6 * 60 * minute - 1;
    await look('k1');
    asked.at(-1)?.answer.reject(unreachable);
    await look('k1');
    nowMs += 10 * second;
    const late = look('k1');
    asked.at(-1)?.answer.reject(unreachable);
    await expect(late).rejects.toBe(unreachable);
  });
});

test('the slow issuers of one tenant do not keep out those of others', async () => {
  const slow = Array.from({ length: 4 }, (_, i) =>
    look('k', { issuer: `https://slow-${i}.example.com` }, 'greedy'),
  );
  await expect(look('k', { issuer: 'https://slow-5.example.com' }, 'greedy')).rejects.toMatchObject({
    code: 'Busy',
  });
  const other = look('k', issuer, 'other');
  answer(['k']);
  await other;
  for (const { answer } of asked.slice(0, 4)) answer.reject(unreachable);
  expect((await Promise.allSettled(slow)).map(({ status }) => status)).toEqual(Array(4).fill('rejected'));
  const again = look('k', { issuer: 'https://slow-5.example.com' }, 'greedy');
  answer(['k']);
  await again;
});
