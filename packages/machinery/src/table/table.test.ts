import { describe, expect, test } from 'vitest';
import { humanAge, humanDuration } from './human-duration.ts';
import { partialObjectMetadata, renderTable, type TableColumn } from './table.ts';

const s = 1000;
const m = 60 * s;
const h = 60 * m;
const d = 24 * h;
const y = 365 * d;

test.each([
  [-2 * s, '<invalid>'],
  [-1 * s, '0s'],
  [-1, '0s'],
  [999, '0s'],
  [119 * s, '119s'],
  [2 * m, '2m'],
  [9 * m + 59 * s, '9m59s'],
  [10 * m + 59 * s, '10m'],
  [3 * h - 1, '179m'],
  [3 * h, '3h'],
  [7 * h + 59 * m, '7h59m'],
  [8 * h + 59 * m, '8h'],
  [2 * d - 1, '47h'],
  [2 * d, '2d'],
  [7 * d + 23 * h, '7d23h'],
  [8 * d + 23 * h, '8d'],
  [2 * y - 1, '729d'],
  [2 * y, '2y'],
  [2 * y + 3 * d, '2y3d'],
  [8 * y + 300 * d, '8y'],
])('%d ms is shown as %s', (milliseconds, text) => {
  expect(humanDuration(milliseconds)).toBe(text);
});

test('an age counts from the timestamp, if there is one', () => {
  const now = new Date('2026-01-01T00:05:12Z');
  expect(humanAge('2026-01-01T00:00:00Z', now)).toBe('5m12s');
  expect([humanAge(undefined, now), humanAge(null, now)]).toEqual(['<unknown>', '<unknown>']);
});

describe('tables', () => {
  const columns: TableColumn[] = [
    {
      name: 'Name',
      type: 'string',
      format: 'name',
      description: 'd',
      priority: 0,
      cell: ({ metadata }) => metadata.name,
    },
    { name: 'Now', type: 'date', description: 'n', priority: 1, cell: (_object, now) => now.toISOString() },
  ];
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { k: 'v' } };
  const now = new Date(0);
  const request = { columns, objects: [object], metadata: { resourceVersion: '7' }, now };
  const partial = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: { name: 'a' } };

  test('carry definitions, cells and the metadata of each object', () => {
    expect(renderTable(request)).toEqual({
      kind: 'Table',
      apiVersion: 'meta.k8s.io/v1',
      metadata: { resourceVersion: '7' },
      columnDefinitions: [
        { name: 'Name', type: 'string', format: 'name', description: 'd', priority: 0 },
        { name: 'Now', type: 'date', format: '', description: 'n', priority: 1 },
      ],
      rows: [{ cells: ['a', '1970-01-01T00:00:00.000Z'], object: partial }],
    });
  });

  test.each([
    ['None', null],
    ['Metadata', partial],
    ['Object', object],
  ] as const)('includeObject=%s', (includeObject, included) => {
    expect(renderTable({ ...request, includeObject }).rows[0]?.object).toEqual(included);
  });

  test('leave the headers out and answer in the older version on request', () => {
    const table = renderTable({ ...request, withoutHeaders: true, apiVersion: 'meta.k8s.io/v1beta1' });
    expect(table.columnDefinitions).toEqual([]);
    expect([table.apiVersion, table.rows[0]?.object?.apiVersion]).toEqual([
      'meta.k8s.io/v1beta1',
      'meta.k8s.io/v1beta1',
    ]);
    expect(partialObjectMetadata(object)).toEqual(partial);
  });
});
