import { describe, expect, test } from 'vitest';
import { canonicalDuration } from './duration-form.ts';
import { canonicalQuantity } from './quantity-form.ts';
import { canonicalMicroTime, canonicalTime } from './time-form.ts';

/** Every pair was computed by Kubernetes' own code. */
describe('quantities take the form that Kubernetes gives them', () => {
  test.each([
    ['0.1', '100m'],
    ['1', '1'],
    ['+1', '+1'],
    ['1.0', '1'],
    ['1.5', '1500m'],
    ['1000', '1k'],
    ['1000m', '1'],
    ['1500m', '1500m'],
    ['0.0', '0'],
    ['-0.5', '-500m'],
    ['1.001', '1.001'],
    ['1024Mi', '1Gi'],
    ['1.5Gi', '1536Mi'],
    ['0.1Gi', '107374182400m'],
    ['1000Ki', '1000Ki'],
    ['512Ki', '512Ki'],
    ['1e3', '1e3'],
    ['12e6', '12e6'],
    ['0.1n', '1n'],
    ['1023Ki', '1023Ki'],
    ['2048Ki', '2Mi'],
    ['128Mi', '128Mi'],
    ['1000k', '1M'],
    ['0Mi', '0'],
    ['.5', '500m'],
  ])('%s → %s', (written, canonical) => {
    expect(canonicalQuantity(written)).toBe(canonical);
  });

  test.each([
    ['1e64', '10e63'],
    ['1e-99999999999', '1e-9'],
    ['1e65', undefined],
    ['1e999999999', undefined],
    ['9'.repeat(1_001), undefined],
  ])('%.20s takes no longer than it is worth', (written, canonical) => {
    if (canonical === undefined) expect(() => canonicalQuantity(written)).toThrow(/suffix|longer than 1000/);
    else expect(canonicalQuantity(written)).toBe(canonical);
  });

  test.each(['', '1x', '1 Gi', '1m5', '0x10', '1mi', '1e'])('%s is refused', (written) => {
    expect(() => canonicalQuantity(written)).toThrow(
      /^(quantities must match|unable to parse quantity's suffix)/,
    );
  });
});

describe('times take the form that Kubernetes gives them', () => {
  test.each([
    ['2020-01-02T03:04:05Z', '2020-01-02T03:04:05Z'],
    ['2020-01-02T03:04:05.999Z', '2020-01-02T03:04:05Z'],
    ['1999-12-31T23:59:59-01:00', '2000-01-01T00:59:59Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00Z'],
    ['0001-01-01T00:00:00Z', null],
  ])('%s → %s', (written, canonical) => {
    expect(canonicalTime(written)).toBe(canonical);
  });

  test.each([
    ['2023-02-29T00:00:00Z', 'parsing time "2023-02-29T00:00:00Z": day out of range'],
    ['2020-13-01T00:00:00Z', 'parsing time "2020-13-01T00:00:00Z": month out of range'],
    ['2020-01-01', 'parsing time "2020-01-01" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "T"'],
    ['2020-01-01T00:00:00Zx', 'parsing time "2020-01-01T00:00:00Zx": extra text: "x"'],
  ])('%s is refused', (written, message) => {
    expect(() => canonicalTime(written)).toThrow(message);
  });

  test('a micro time has exactly six digits of a second', () => {
    expect(canonicalMicroTime('2020-01-02T03:04:05.123456-02:30')).toBe('2020-01-02T05:34:05.123456Z');
    expect(() => canonicalMicroTime('2020-01-02T03:04:05Z')).toThrow('cannot parse "Z" as ".000000"');
  });
});

test.each([
  ['90s', '1m30s'],
  ['1.5h', '1h30m0s'],
  ['0', '0s'],
  ['1ms', '1ms'],
  ['-1m', '-1m0s'],
  ['1h0m0.5s', '1h0m0.5s'],
  ['1us', '1µs'],
])('the duration %s is written %s', (written, canonical) => {
  expect(canonicalDuration(written)).toBe(canonical);
});
