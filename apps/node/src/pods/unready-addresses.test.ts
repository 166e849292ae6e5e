import { expect, test } from 'vitest';
import { UnreadyAddresses } from './unready-addresses.ts';

test('an address is unready as long as the pod that has it is', () => {
  const unready = new UnreadyAddresses();
  unready.note('a', '127.1.0.1');
  unready.note('a', '127.1.0.1');
  expect([unready.has('127.1.0.1'), unready.has('127.1.0.2')]).toEqual([true, false]);
  unready.note('a', undefined);
  expect(unready.has('127.1.0.1')).toBe(false);
});

test('a pod that is forgotten takes nothing from the one that has its address now', () => {
  const unready = new UnreadyAddresses();
  unready.note('former', '127.1.0.1');
  unready.note('now', '127.1.0.1');
  unready.note('former', undefined);
  expect(unready.has('127.1.0.1')).toBe(true);
  unready.note('now', undefined);
  expect(unready.has('127.1.0.1')).toBe(false);
});
