import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { formatFacts, formatTable } from './format-table.ts';
import { formatAnswer } from './format.ts';

const object = (name: string) => ({
  apiVersion: 'platform.berth.dev/v1',
  kind: 'Cluster',
  metadata: { name, managedFields: [{ manager: 'x' }] },
});
const list = {
  apiVersion: 'platform.berth.dev/v1',
  kind: 'ClusterList',
  items: ['a', 'b'].map((name) => ({ metadata: { name } })),
};
const table = {
  kind: 'Table',
  columnDefinitions: [
    { name: 'Name', priority: 0 },
    { name: 'Clusters', priority: 0 },
    { name: 'Endpoint', priority: 1 },
  ],
  rows: [{ cells: ['acme', 3, 'https://x'] }, { cells: ['umbrella', null, ''] }],
};

describe('an answer', () => {
  test('is printed in every format', () => {
    expect(formatAnswer(table, 'table')).toBe('NAME       CLUSTERS\nacme       3\numbrella   <none>\n');
    expect(formatAnswer(table, 'wide')).toBe(
      'NAME       CLUSTERS   ENDPOINT\nacme       3          https://x\numbrella   <none>     <none>\n',
    );
    expect(formatAnswer(list, 'name')).toBe('cluster.platform.berth.dev/a\ncluster.platform.berth.dev/b\n');
    expect(formatAnswer(object('a'), 'name')).toBe('cluster.platform.berth.dev/a\n');
    expect(JSON.parse(formatAnswer(list, 'json'))).toEqual(list);
    expect(parse(formatAnswer(list, 'yaml'))).toEqual(list);
  });

  test('says so when a table has no rows', () => {
    expect(formatAnswer({ ...table, rows: [] }, 'table', 'There are none.')).toBe('There are none.');
  });

  test('leaves out who manages which field', () => {
    expect(JSON.parse(formatAnswer(object('a'), 'json')).metadata).toEqual({ name: 'a' });
  });
});

test('texts of others cannot steer the terminal', () => {
  expect(formatTable(['Name'], [['a\u001b[2Jb\nc']])).toBe('NAME\na [2Jb c\n');
  expect(
    formatFacts([
      ['User', 'a\u001bb'],
      ['Tenant', undefined],
    ]),
  ).toBe('User:  a b\n');
});
