import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type KeyTimes,
  planReplacement,
  planRotation,
  type RotationSettings,
  signerAt,
} from './key-schedule.ts';

const hour = (count: number) => new Date(count * 3_600_000);
const day = 24;
const settings: RotationSettings = { rotateAfterMs: 30 * day * 3_600_000, publishedForMs: 3_600_000 };
const key = (keyId: string, signsFromHour: number, usedUntilHour?: number): KeyTimes => ({
  keyId,
  algorithm: 'EdDSA',
  signsFrom: hour(signsFromHour),
  ...(usedUntilHour !== undefined && { usedUntil: hour(usedUntilHour) }),
});
/** A cluster whose ES256 key is of no interest. */
const beside: KeyTimes = { keyId: 'es', algorithm: 'ES256', signsFrom: hour(1e6), usedUntil: hour(2e6) };
const plan = (keys: readonly KeyTimes[], atHour: number, more: Partial<RotationSettings> = {}) =>
  planRotation([...keys, beside], hour(atHour), { ...settings, ...more });

test('the key that began last signs; before its time comes, the one before it', () => {
  const keys = [key('b', 10), key('a', 0)];
  expect([9, 10, 11].map((at) => signerAt(keys, 'EdDSA', hour(at))?.keyId)).toEqual(['a', 'b', 'b']);
  expect(signerAt([key('a', 5)], 'EdDSA', hour(0))?.keyId).toBe('a');
  expect(signerAt(keys, 'ES256', hour(0))).toBeUndefined();
});

test('a cluster gets a key of each algorithm', () => {
  expect(planRotation([], hour(5), settings).create).toEqual([
    { algorithm: 'EdDSA', signsFrom: hour(5) },
    { algorithm: 'ES256', signsFrom: hour(5) },
  ]);
});

test('a key that has signed for long enough gets a successor, published before it signs', () => {
  const due = 30 * day - 1;
  expect(plan([key('a', 0)], due - 1).create).toEqual([]);
  expect(plan([key('a', 0)], due).create).toEqual([{ algorithm: 'EdDSA', signsFrom: hour(due + 1) }]);
});

test('a rotation on demand does not wait, and is one rotation however often it is asked for', () => {
  const now = plan([key('a', 0)], 5, { rotateAfterMs: 0 });
  expect(now).toEqual({ create: [{ algorithm: 'EdDSA', signsFrom: hour(6) }], remove: [] });
  expect(plan([key('a', 0), key('b', 6)], 5, { rotateAfterMs: 0 }).create).toEqual([]);
});

test('a key stays until its successor signs and its last token has ended', () => {
  const keys = [key('a', 0, 50), key('b', 40)];
  expect([41, 50, 51].map((at) => plan(keys, at).remove)).toEqual([[], [], ['a']]);
  expect(plan([key('a', 0), key('b', 40)], 40).remove).toEqual([]);
  expect(plan([key('a', 0), key('b', 40)], 41).remove).toEqual(['a']);
});

test('where keys may be in wrong hands, none of them stays', () => {
  const { create, remove } = planReplacement([key('a', 0, 50), beside], hour(7));
  expect(create).toEqual([
    { algorithm: 'EdDSA', signsFrom: hour(7) },
    { algorithm: 'ES256', signsFrom: hour(7) },
  ]);
  expect(remove).toEqual(['a', 'es']);
});

test('through any rotations, each token is verifiable until it ends, and was published before it was signed', () => {
  const step = fc.record({
    hours: fc.integer({ min: 0, max: 40 * day }),
    tokenHours: fc.integer({ min: 1, max: 60 * day }),
    onDemand: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      let keys: KeyTimes[] = [];
      let made = 0;
      let now = 0;
      const madeAt = new Map<string, number>();
      const tokens: Array<{ keyId: string; until: number }> = [];
      for (const { hours, tokenHours, onDemand } of steps) {
        now += hours;
        const { create, remove } = planRotation(keys, hour(now), {
          ...settings,
          ...(onDemand && { rotateAfterMs: 0 }),
        });
        keys = keys.filter(({ keyId }) => !remove.includes(keyId));
        for (const fresh of create) {
          const keyId = String(++made);
          madeAt.set(keyId, now);
          keys.push({ keyId, ...fresh });
        }
        const signer = signerAt(keys, 'EdDSA', hour(now));
        if (signer === undefined) throw new Error('no key signs');
        const isFirst = signer.signsFrom.getTime() === hour(madeAt.get(signer.keyId) ?? 0).getTime();
        if (!isFirst) expect(now - (madeAt.get(signer.keyId) ?? 0)).toBeGreaterThanOrEqual(1);
        const until = now + tokenHours;
        tokens.push({ keyId: signer.keyId, until });
        const usedUntil = hour(Math.max(until, (signer.usedUntil?.getTime() ?? 0) / 3_600_000));
        keys = keys.map((one) => (one === signer ? { ...one, usedUntil } : one));
        for (const token of tokens.filter((one) => one.until > now)) {
          expect(keys.some(({ keyId }) => keyId === token.keyId)).toBe(true);
        }
      }
      // What is kept is what may still be needed: no more than the living tokens and the present keys ask for.
      const needed = new Set(tokens.filter(({ until }) => until >= now).map(({ keyId }) => keyId));
      expect(keys.length).toBeLessThanOrEqual(needed.size + 4);
    }),
  );
});
