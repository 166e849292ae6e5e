import { readFileSync } from 'node:fs';
import { builtinRegistry } from '@berth/kinds';
import { expect, test } from 'vitest';
import { compatibilityPage, compatibilityTable } from '../../scripts/compatibility/compatibility-page.ts';

test('the page of what is served is that of the registry (npm run generate)', () => {
  const committed = readFileSync(new URL('../../docs/compatibility.md', import.meta.url), 'utf8');
  expect(committed).toBe(compatibilityPage(builtinRegistry));
});

test('the table has a row for every kind, and as many cells in each', () => {
  const [head, , ...rows] = compatibilityTable(builtinRegistry).trimEnd().split('\n');
  const kinds = new Set(builtinRegistry.definitions.map(({ kind }) => kind));
  expect(new Set(rows.map((row) => row.split(' | ')[0]?.slice(2)))).toEqual(kinds);
  expect(rows).toHaveLength(builtinRegistry.definitions.length);
  expect(new Set(rows.map((row) => row.split(' | ').length))).toEqual(new Set([head?.split(' | ').length]));
});
