import { describe, expect, test } from 'vitest';
import { schemaTable } from '../../../../test/support/kubernetes-facts.ts';
import type { FieldValidation } from '../decode/decode-options.ts';
import { StatusError } from '../errors/status-error.ts';
import type { KubeObject } from '../object.ts';
import { applyPatchBody, type PatchMediaType } from './patch-body.ts';

const pod = {
  kind: 'Pod',
  apiVersion: 'v1',
  metadata: { name: 'p', labels: { a: '1', b: '2' }, finalizers: ['x', 'y'] },
  spec: {
    volumes: [{ name: 'v', emptyDir: {} }],
    containers: [
      {
        name: 'one',
        image: 'i:1',
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '2' },
        ],
        resources: {},
      },
      { name: 'two', image: 'i:2', args: ['x'], resources: {} },
    ],
    nodeSelector: { disk: 'ssd' },
  },
  status: {},
} as KubeObject;

const mediaTypes: Record<string, PatchMediaType> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
};

function patch(type: string, body: unknown, fieldValidation: FieldValidation = 'Strict') {
  return applyPatchBody({
    schema: schemaTable,
    message: 'k8s.io.api.core.v1.Pod',
    kind: 'Pod',
    apiVersion: 'v1',
    fieldValidation,
    mediaType: mediaTypes[type] as PatchMediaType,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    live: pod,
  });
}

type PodParts = {
  metadata: Record<string, unknown>;
  spec: Record<string, unknown> & { containers: Array<Record<string, unknown>> };
};

function patched(type: string, body: unknown): PodParts {
  const before = JSON.stringify(pod);
  const { object } = patch(type, body);
  expect(JSON.stringify(pod), 'the live object is not changed').toBe(before);
  return object as unknown as PodParts;
}

function failure(type: string, body: unknown): { code: number; message: string; cause?: string } {
  try {
    patch(type, body);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    const { code, message = '', details } = error.status;
    const cause = details?.causes?.[0]?.message;
    return { code, message, ...(cause !== undefined && { cause }) };
  }
  throw new Error('expected an error');
}

describe('a strategic merge patch', () => {
  test.each([
    [
      'merges list items by their key',
      { spec: { containers: [{ name: 'two', image: 'new' }] } },
      [
        ['one', 'i:1'],
        ['two', 'new'],
      ],
    ],
    [
      'adds items that are new',
      { spec: { containers: [{ name: 'three', image: 'i:3' }] } },
      [
        ['three', 'i:3'],
        ['one', 'i:1'],
        ['two', 'i:2'],
      ],
    ],
    ['deletes an item', { spec: { containers: [{ name: 'one', $patch: 'delete' }] } }, [['two', 'i:2']]],
    [
      'replaces a list',
      { spec: { containers: [{ name: 'n', image: 'i' }, { $patch: 'replace' }] } },
      [['n', 'i']],
    ],
    [
      'orders a list',
      {
        spec: {
          $setElementOrder: 1,
          '$setElementOrder/containers': [{ name: 'two' }, { name: 'one' }],
          containers: [{ name: 'one', image: 'new' }],
        },
      },
      [
        ['two', 'i:2'],
        ['one', 'new'],
      ],
    ],
  ])('%s', (_what, { spec }, containers) => {
    const { $setElementOrder: _ignored, ...body } = spec as Record<string, unknown>;
    expect(
      patched('strategic', { spec: body }).spec.containers.map(({ name, image }) => [name, image]),
    ).toEqual(containers);
  });

  test('merges maps and deletes keys that are null', () => {
    const { metadata } = patched('strategic', { metadata: { labels: { a: null, c: '3' } } });
    expect(metadata['labels']).toEqual({ b: '2', c: '3' });
  });

  test('unites lists of scalars that merge, replaces the others, and takes from either', () => {
    expect(patched('strategic', { metadata: { finalizers: ['z'] } }).metadata['finalizers']).toEqual([
      'z',
      'x',
      'y',
    ]);
    expect(
      patched('strategic', { metadata: { '$deleteFromPrimitiveList/finalizers': ['x'] } }).metadata[
        'finalizers'
      ],
    ).toEqual(['y']);
    const { containers } = patched('strategic', {
      spec: { containers: [{ name: 'two', args: ['y'] }] },
    }).spec;
    expect(containers[1]).toMatchObject({ name: 'two', args: ['y'] });
  });

  test('replaces an object', () => {
    const { spec } = patched('strategic', { spec: { nodeSelector: { $patch: 'replace', cpu: 'fast' } } });
    expect(spec['nodeSelector']).toEqual({ cpu: 'fast' });
  });

  test('keeps only the fields that $retainKeys names', () => {
    const volume = { $retainKeys: ['name', 'configMap'], name: 'v', configMap: { name: 'c' } };
    expect(patched('strategic', { spec: { volumes: [volume] } }).spec['volumes']).toEqual([
      { name: 'v', configMap: { name: 'c' } },
    ]);
  });

  test.each([
    [[], 400, 'json: cannot unmarshal array into Go value of type map[string]interface {}', undefined],
    ['{', 400, 'unexpected end of JSON input at line 1, column 2', undefined],
    [
      { spec: { volumes: [{ $retainKeys: ['name'], name: 'v', configMap: {} }] } },
      400,
      'invalid patch format of retainKeys',
      undefined,
    ],
    [
      { spec: { containers: [{ image: 'x' }] } },
      422,
      'the server rejected our request due to an error in our request',
      'map: map[image:x] does not contain declared merge key: name',
    ],
    [
      { spec: { containers: [{ name: 'one', $patch: 'bogus' }] } },
      422,
      'the server rejected our request due to an error in our request',
      'unknown patch type: bogus in map: map[$patch:bogus name:one]',
    ],
    [
      { spec: { foo: { b: 1 } } },
      422,
      ' "" is invalid: patch: Invalid value: "map[spec:map[foo:map[b:1]]]": strict decoding error: unknown field "spec.foo"',
      undefined,
    ],
    [
      { spec: { containers: 5 } },
      422,
      ' "" is invalid: patch: Invalid value: "map[spec:map[containers:5]]": json: cannot unmarshal number into Go struct field PodSpec.spec.containers of type []v1.Container',
      undefined,
    ],
  ])('%j is refused', (body, ...[code, message, cause]) => {
    const { cause: actualCause, ...rest } = failure('strategic', body);
    expect(rest).toEqual({ code, message });
    if (cause !== undefined) expect(actualCause).toBe(cause);
  });
});

describe('a JSON merge patch', () => {
  test('replaces lists, merges objects and deletes what is null', () => {
    const body = {
      metadata: { labels: { a: null }, finalizers: ['z'] },
      spec: { nodeSelector: null, containers: [{ name: 'n' }] },
    };
    const { metadata, spec } = patched('merge', body);
    expect(metadata).toMatchObject({ labels: { b: '2' }, finalizers: ['z'] });
    expect(spec.containers).toEqual([{ name: 'n', resources: {} }]);
    expect(spec).not.toHaveProperty('nodeSelector');
  });

  test('of something else than an object is refused', () => {
    expect(failure('merge', '[]')).toMatchObject({
      code: 400,
      message:
        'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}',
    });
  });

  test('warns of duplicate and unknown fields, or is refused for them', () => {
    const body = '{"metadata":{"labels":{"a":"1","a":"2"}},"bar":1}';
    expect(patch('merge', body, 'Warn')).toMatchObject({
      warnings: ['duplicate field "metadata.labels.a"', 'unknown field "bar"'],
      object: { metadata: { labels: { a: '2' } } },
    });
    expect(failure('merge', body).message).toContain(
      'strict decoding error: duplicate field "metadata.labels.a", unknown field "bar"',
    );
  });
});

describe('a JSON patch', () => {
  test.each([
    [
      'add to a map',
      [{ op: 'add', path: '/metadata/labels/c~1d', value: '3' }],
      { metadata: { labels: { a: '1', b: '2', 'c/d': '3' } } },
    ],
    [
      'insert into a list',
      [{ op: 'add', path: '/metadata/finalizers/1', value: 'z' }],
      { metadata: { finalizers: ['x', 'z', 'y'] } },
    ],
    [
      'append to a list',
      [{ op: 'add', path: '/metadata/finalizers/-', value: 'z' }],
      { metadata: { finalizers: ['x', 'y', 'z'] } },
    ],
    ['remove', [{ op: 'remove', path: '/metadata/finalizers/0' }], { metadata: { finalizers: ['y'] } }],
    [
      'replace',
      [{ op: 'replace', path: '/spec/containers/0/image', value: 'new' }],
      { spec: { containers: [{ image: 'new' }, {}] } },
    ],
    [
      'replace what is not there',
      [{ op: 'replace', path: '/metadata/labels/n', value: '1' }],
      { metadata: { labels: { n: '1' } } },
    ],
    [
      'move',
      [{ op: 'move', from: '/metadata/labels/a', path: '/metadata/labels/z' }],
      { metadata: { labels: { b: '2', z: '1' } } },
    ],
    [
      'copy',
      [{ op: 'copy', from: '/metadata/labels/a', path: '/metadata/labels/z' }],
      { metadata: { labels: { a: '1', z: '1' } } },
    ],
    [
      'test, of equal and of missing',
      [
        { op: 'test', path: '/metadata/labels', value: { b: '2', a: '1' } },
        { op: 'test', path: '/metadata/labels/none', value: null },
      ],
      {},
    ],
  ])('can %s', (_what, operations, expected) => {
    expect(patched('json', operations)).toMatchObject(expected);
  });

  test.each([
    [
      [{ op: 'test', path: '/metadata/name', value: 'q' }],
      'testing value /metadata/name failed: test failed',
    ],
    [
      [{ op: 'remove', path: '/metadata/labels/none' }],
      'Unable to remove nonexistent key: none: missing value',
    ],
    [
      [{ op: 'add', path: '/none/of/this', value: 1 }],
      'add operation does not apply: doc is missing path: "/none/of/this": missing value',
    ],
    [
      [{ op: 'add', path: '/metadata/finalizers/3', value: 'z' }],
      'Unable to access invalid index: 3: invalid index referenced',
    ],
    [
      [{ op: 'replace', path: '/metadata/finalizers/x', value: 'z' }],
      "value was not a proper array index: 'x'",
    ],
    [[{ op: 'jump', path: '/metadata' }], 'Unexpected kind: jump'],
    [[{ op: 'add', path: '/metadata/labels/x' }], 'add operation, missing value field: missing value'],
  ])('%j is refused as a whole', (operations, cause) => {
    const all = [{ op: 'add', path: '/metadata/labels/first', value: '1' }, ...operations];
    expect(failure('json', all)).toEqual({
      code: 422,
      message: 'the server rejected our request due to an error in our request',
      cause,
    });
  });

  test.each([
    [
      { op: 'add' },
      'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
    ],
    [[5], 'error decoding patch: json: cannot unmarshal number into Go value of type handlers.jsonPatchOp'],
    [
      [{ op: 1 }],
      'error decoding patch: json: cannot unmarshal number into Go struct field jsonPatchOp.op of type string',
    ],
  ])('%j is malformed', (body, message) => {
    expect(failure('json', body)).toMatchObject({ code: 400, message });
  });

  test('of more than ten thousand operations is too large', () => {
    const operations = Array.from({ length: 10_001 }, () => ({
      op: 'test',
      path: '/metadata/name',
      value: 'p',
    }));
    expect(failure('json', operations)).toMatchObject({
      code: 413,
      message: expect.stringContaining('The allowed maximum operations in a JSON patch is 10000, got 10001'),
    });
  });

  test('that copies its copies is refused before they fill the memory', () => {
    const operations = Array.from({ length: 60 }, (_, n) => ({
      op: 'copy',
      from: '/metadata',
      path: `/metadata/${n}`,
    }));
    expect(failure('json', operations)).toMatchObject({
      code: 422,
      cause: expect.stringMatching(
        /^Unable to complete the copy, the accumulated size increase of copy is \d{7}, exceeding the limit 3145728$/,
      ),
    });
  });

  test('changes what it copied in one place only', () => {
    const operations = [
      { op: 'add', path: '/metadata/annotations', value: { a: '1' } },
      { op: 'copy', from: '/metadata/annotations', path: '/metadata/labels' },
      { op: 'replace', path: '/metadata/labels/a', value: '2' },
    ];
    expect(patched('json', operations)).toMatchObject({
      metadata: { annotations: { a: '1' }, labels: { a: '2' } },
    });
  });

  test('that turns the object into another kind is refused', () => {
    expect(failure('json', [{ op: 'replace', path: '/kind', value: 'Secret' }]).code).toBe(422);
  });
});
