import { expect, test } from 'vitest';
import { segmentSizes } from './encode-batch.ts';
import type { Write } from './types.ts';

/** `name` or `name<within`. */
function writes(text: string): Write[] {
  return text
    .split(' ')
    .filter(Boolean)
    .map((word) => {
      const [name = '', within] = word.split('<');
      const key = { resource: 'things', namespace: '', name };
      return {
        op: 'update',
        ...key,
        uid: '',
        body: '{}',
        ...(within !== undefined && { within: { ...key, name: within } }),
      };
    });
}

test.for([
  { batch: '', sizes: [] },
  { batch: 'a', sizes: [1] },
  { batch: 'a b c', sizes: [3] },
  { batch: 'a b a c', sizes: [2, 2] },
  { batch: 'a a a', sizes: [1, 1, 1] },
  { batch: 'ns a<ns b<ns', sizes: [1, 2] },
  { batch: 'a<ns b<ns ns', sizes: [3] },
  { batch: 'a<ns ns b<ns', sizes: [2, 1] },
])('"$batch" is cut where a write depends on an earlier one', ({ batch, sizes }) => {
  expect(segmentSizes(writes(batch))).toEqual(sizes);
});
