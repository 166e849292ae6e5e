import { expect, test } from 'vitest';
import { carriesToken } from './token-dependency.ts';

const now = new Date('2026-01-01T00:00:00Z');
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);
const dependency = (graceMs: number) => ({
  clusterId: 'a',
  resource: 'pods',
  namespace: 'ns',
  name: 'p',
  uid: 'u',
  graceMs,
});

test.for([
  ['that exists', 60_000, { uid: 'u' }, true],
  ['that is gone', 60_000, undefined, false],
  ['whose name another one took', 60_000, { uid: 'v' }, false],
  ['that ends within its grace', 60_000, { uid: 'u', deletedAt: ago(-30) }, true],
  ['whose end is less than a minute ago', 60_000, { uid: 'u', deletedAt: ago(60) }, true],
  ['whose end is more than a minute ago', 60_000, { uid: 'u', deletedAt: ago(61) }, false],
  ['without grace that is being deleted', 0, { uid: 'u', deletedAt: ago(1) }, false],
] as const)('an object %s carries its token or not', ([, graceMs, found, expected]) => {
  expect(carriesToken(dependency(graceMs), found, now)).toBe(expected);
});
