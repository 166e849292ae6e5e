import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { oraclesMissing, readConformancePromises } from '../support/kubernetes-facts.ts';
import { promisesOfA2 } from './a2.ts';

const sources = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'))
  .join('\n');

test('every promise has one test', () => {
  const tests = promisesOfA2.map((title) => {
    const quoted = title.includes("'") ? `"${title}"` : `'${title}'`;
    return { title, tests: sources.split(quoted).length - 1 };
  });
  expect(tests.filter((one) => one.tests !== 1)).toEqual([]);
});

test.skipIf(oraclesMissing)('the promises are those of Kubernetes', () => {
  const titles = readConformancePromises()
    .filter((one) => one.promiseClass === 'A2')
    .map(({ title }) => title);
  expect(new Set<string>(promisesOfA2)).toEqual(new Set(titles));
  expect(promisesOfA2).toHaveLength(titles.length);
});
