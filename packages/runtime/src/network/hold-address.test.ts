import { expect, test } from 'vitest';
import { holdAddress } from './hold-address.ts';

test('each pod has an address of its own, which it keeps, and nobody else has while it is held', async () => {
  const uids = Array.from({ length: 40 }, (_, i) => `pod-${i}`);
  const held = await Promise.all(uids.map((uid) => holdAddress(uid)));
  const addresses = held.map((each) => each?.address ?? '');
  expect(new Set(addresses).size).toBe(40);
  for (const address of addresses) expect(address).toMatch(/^127\.([1-9]|[1-5]\d|6[0-3])\.\d+\.\d+$/);
  const again = await holdAddress('pod-0');
  expect(again?.address).not.toBe(addresses[0]);
  for (const each of [...held, again]) each?.release();
  const after = await holdAddress('pod-0');
  expect(after?.address).toBe(addresses[0]);
  after?.release();
});

test('a pod that was told of an address has it again, even while somebody else holds it', async () => {
  const first = await holdAddress('pod-a');
  const second = await holdAddress('pod-b', first?.address);
  expect(second?.address).toBe(first?.address);
  first?.release();
  second?.release();
});
