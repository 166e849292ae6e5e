import { expect, test } from 'vitest';
import { Balancer } from './balancer.ts';
import type { Backend } from './backends.ts';
import type { Frontend } from './service-table.ts';

const backend = (n: number): Backend => ({ address: `127.1.0.${n}`, port: 80 });
const frontend = (numbers: number[], affinityMs?: number): Frontend => ({
  protocol: 'TCP',
  address: '127.64.0.1',
  port: 80,
  backends: numbers.map(backend),
  serving: [],
  publishesUnready: false,
  affinityMs,
  service: 'c/ns/s:80',
});

function start(first: Frontend) {
  let nowMs = 0;
  const unready = new Set<string>();
  const isUnready = (address: string): boolean => unready.has(address);
  const balancer = new Balancer(first, { nowMs: () => nowMs, random: () => 0, isUnready });
  const pick = (client = 'x'): string => {
    const [chosen] = balancer.choose(client);
    if (chosen) balancer.chosen(client, chosen);
    return chosen?.address.slice('127.1.0.'.length) ?? 'none';
  };
  return { balancer, unready, pick, pass: (ms: number) => (nowMs += ms) };
}

test('backends have their turn, also as they come and go', () => {
  const { balancer, pick } = start(frontend([1, 2, 3]));
  expect([pick(), pick(), pick(), pick()]).toEqual(['1', '2', '3', '1']);
  balancer.update(frontend([1, 3]));
  expect([pick(), pick(), pick()]).toEqual(['3', '1', '3']);
  balancer.update(frontend([]));
  expect(pick()).toBe('none');
});

test('what a backend refuses the others are tried for, each once', () => {
  const { balancer } = start(frontend([1, 2, 3]));
  balancer.choose('x');
  expect(balancer.choose('x').map(({ address }) => address)).toEqual(['127.1.0.2', '127.1.0.3', '127.1.0.1']);
});

test('what is known not to be ready has no turn, and ends what is there, unless the Service wants it', () => {
  const { balancer, unready, pick } = start(frontend([1, 2, 3], 1000));
  expect(pick('a')).toBe('1');
  unready.add('127.1.0.1');
  expect([pick('a'), pick('b'), pick('c')]).toEqual(['3', '2', '3']);
  expect([balancer.serves(backend(1)), balancer.serves(backend(2)), balancer.serves(backend(4))]).toEqual([
    false,
    true,
    false,
  ]);
  balancer.update({ ...frontend([1]), publishesUnready: true });
  expect([pick(), balancer.serves(backend(1))]).toEqual(['1', true]);
  balancer.update(frontend([1]));
  expect(pick()).toBe('none');
});

test('a client stays with its backend, for as long as the Service says and it is there', () => {
  const { balancer, pick, pass } = start(frontend([1, 2], 1000));
  expect([pick('a'), pick('b'), pick('a'), pick('b'), pick('a')]).toEqual(['1', '2', '1', '2', '1']);
  pass(999);
  expect(pick('a')).toBe('1');
  pass(999);
  expect([pick('a'), pick('b')]).toEqual(['1', '1']);
  balancer.update(frontend([2], 1000));
  expect(pick('a')).toBe('2');
  balancer.update(frontend([1, 2]));
  expect(new Set([pick('a'), pick('a')])).toEqual(new Set(['1', '2']));
});
