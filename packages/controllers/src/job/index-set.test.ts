import { describe, expect, it } from 'vitest';
import { IndexSet } from './index-set.ts';

describe('a set of indexes', () => {
  it.each([
    ['', 10, '', 0],
    ['0', 10, '0', 1],
    ['0,1', 10, '0,1', 2],
    ['0-2', 10, '0-2', 3],
    ['1,3-5,7', 10, '1,3-5,7', 5],
    ['1,2-3,4', 10, '1-4', 4],
    ['1,3-9', 5, '1,3,4', 3],
    ['7-9', 5, '', 0],
    ['1,x,3', 10, '1,3', 2],
  ])('%s below %i is written %s and has %i', (...[text, completions, written, size]) => {
    const set = IndexSet.parse(text, completions);
    expect([set.toString(), set.size]).toEqual([written, size]);
  });

  it('grows, and knows what it has and what it lacks', () => {
    const set = IndexSet.parse('2-4', 100).with([9, 5, 0, 0]);
    expect(set.toString()).toBe('0,2-5,9');
    expect([0, 1, 2, 5, 6, 9, 10].filter((index) => set.has(index))).toEqual([0, 2, 5, 9]);
    expect(set.firstMissing(4, 100)).toEqual([1, 6, 7, 8]);
    expect(set.firstMissing(10, 8)).toEqual([1, 6, 7]);
    expect(IndexSet.empty.firstMissing(3, 2)).toEqual([0, 1]);
  });

  it.each([
    ['0-9', '3-4', 2],
    ['0,2,4', '1,3,5', 0],
    ['0-3,8-12', '2-9', 4],
    ['5', '0-100', 1],
  ])('%s and %s share %i', (...[left, right, shared]) => {
    const [a, b] = [IndexSet.parse(left, 1000), IndexSet.parse(right, 1000)];
    expect([a.countShared(b), b.countShared(a)]).toEqual([shared, shared]);
    expect(a.union(b).size).toBe(a.size + b.size - shared);
  });
});
