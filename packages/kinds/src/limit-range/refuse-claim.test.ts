import { expect, test } from 'vitest';
import type { LimitRange } from '../generated/api-types.ts';
import { objectOf } from '../registry/kind-fixture.ts';
import { limitRange } from './limit-range.ts';
import { refuseClaim } from './refuse-claim.ts';

const range: LimitRange = objectOf(limitRange, {
  spec: {
    limits: [
      { type: 'PersistentVolumeClaim', min: { storage: '1Gi' }, max: { storage: '10Gi' } },
      { type: 'Pod', min: { storage: '1Ti' } },
    ],
  },
});

test.each([
  ['1Gi', undefined],
  ['10Gi', undefined],
  ['512Mi', 'minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 512Mi'],
  ['11Gi', 'maximum storage usage per PersistentVolumeClaim is 10Gi, but request is 11Gi'],
  [
    undefined,
    '[minimum storage usage per PersistentVolumeClaim is 1Gi.  No request is specified, ' +
      'maximum storage usage per PersistentVolumeClaim is 10Gi.  No request is specified]',
  ],
])('a claim of %s is judged by what it requests', (storage, explanation) => {
  const claim = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'c' },
    spec: {
      resources: { ...(storage !== undefined && { requests: { storage } }), limits: { storage: '1Ti' } },
    },
  };
  expect(refuseClaim(claim, [range])).toBe(explanation);
});
