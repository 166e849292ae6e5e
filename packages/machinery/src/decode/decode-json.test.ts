import { describe, expect, test } from 'vitest';
import {
  messageOf,
  oraclesMissing,
  readApiSamples,
  schemaTable,
} from '../../../../test/support/kubernetes-facts.ts';
import type { KubeObject } from '../object.ts';
import { decodeJsonBody } from './decode-json.ts';
import type { FieldValidation } from './decode-options.ts';

function decodePod(text: string, fieldValidation: FieldValidation = 'Strict') {
  const message = 'k8s.io.api.core.v1.Pod';
  return decodeJsonBody(text, {
    schema: schemaTable,
    message,
    kind: 'Pod',
    apiVersion: 'v1',
    fieldValidation,
  });
}

function decodeConfigMap(text: string): KubeObject & { data?: unknown; binaryData?: unknown } {
  const message = 'k8s.io.api.core.v1.ConfigMap';
  return decodeJsonBody(text, {
    schema: schemaTable,
    message,
    kind: 'ConfigMap',
    apiVersion: 'v1',
    fieldValidation: 'Strict',
  }).object;
}

function failureOf(act: () => unknown): { message: string; code: string } {
  try {
    act();
  } catch (error) {
    const { message, code } = error as { message: string; code: string };
    return { message, code };
  }
  throw new Error('expected an error');
}

describe('a JSON body becomes what Go would write again', () => {
  test.each([
    [
      'zero values without omitempty are written',
      { spec: {} },
      { metadata: {}, spec: { containers: null }, status: {} },
    ],
    [
      'empty lists, maps, strings and false are left out',
      {
        metadata: { labels: {}, name: '' },
        spec: { volumes: [], hostNetwork: false, nodeSelector: {}, containers: [] },
      },
      { metadata: {}, spec: { containers: [] }, status: {} },
    ],
    [
      'zero behind a pointer stays',
      { spec: { priority: 0, enableServiceLinks: false, tolerations: [{ key: '', tolerationSeconds: 0 }] } },
      {
        metadata: {},
        spec: {
          containers: null,
          tolerations: [{ tolerationSeconds: 0 }],
          enableServiceLinks: false,
          priority: 0,
        },
        status: {},
      },
    ],
    [
      'null is as if it were not there; in a list or map it is the zero value',
      { metadata: { labels: { a: null }, finalizers: [null], creationTimestamp: null }, spec: null },
      { metadata: { labels: { a: '' }, finalizers: [''] }, spec: { containers: null }, status: {} },
    ],
    [
      'quantities are canonical',
      {
        spec: {
          containers: [
            { name: 'a', resources: { limits: { cpu: 0.1, memory: '1.5Gi' }, requests: { cpu: 2 } } },
          ],
        },
      },
      {
        metadata: {},
        spec: {
          containers: [
            { name: 'a', resources: { limits: { cpu: '100m', memory: '1536Mi' }, requests: { cpu: '2' } } },
          ],
        },
        status: {},
      },
    ],
    [
      'times are in UTC with whole seconds',
      {
        metadata: { deletionTimestamp: '2020-01-01T01:30:00.5+02:00' },
        status: { conditions: [{ type: 'Ready' }] },
      },
      {
        metadata: { deletionTimestamp: '2019-12-31T23:30:00Z' },
        spec: { containers: null },
        status: {
          conditions: [{ type: 'Ready', status: '', lastProbeTime: null, lastTransitionTime: null }],
        },
      },
    ],
  ])('%s', (_guarantee, body, expected) => {
    const { object } = decodePod(JSON.stringify(body));
    expect(object).toEqual({ kind: 'Pod', apiVersion: 'v1', ...expected });
    expect(Object.keys(object).slice(0, 3)).toEqual(['kind', 'apiVersion', 'metadata']);
  });

  test('of repeated objects the members are merged and of repeated values the last one counts', () => {
    const text =
      '{"metadata":{"name":"a","labels":{"x":"1"}},"metadata":{"name":"b","labels":{"y":"2"}},"spec":{"containers":[]}}';
    expect(decodePod(text, 'Ignore').object.metadata).toEqual({ name: 'b', labels: { x: '1', y: '2' } });
  });

  test('names that mean something to JavaScript are ordinary keys', () => {
    const { data } = decodeConfigMap('{"data":{"__proto__":"a","constructor":null}}');
    expect(JSON.stringify(data)).toBe('{"__proto__":"a","constructor":""}');
  });

  test.each([
    ['aGVsbG8=', 'aGVsbG8='],
    ['aGV\\nsbG8=', 'aGVsbG8='],
    ['QR==', 'QQ=='],
  ])('bytes %s are read as Go reads base64', (written, stored) => {
    expect(decodeConfigMap(`{"binaryData":{"a":"${written}"}}`).binaryData).toEqual({ a: stored });
  });
});

describe('a field that a kind does not have', () => {
  const text = JSON.stringify({
    spec: {
      foo: 1,
      containers: [{ name: 'a', env: [{ x: 1 }] }],
      volumes: [{ name: 'v', configMap: { bar: 1 } }],
    },
  });
  const unknown = [
    'unknown field "spec.foo"',
    'unknown field "spec.containers[0].env[0].x"',
    'unknown field "spec.volumes[0].configMap.bar"',
  ];

  test('is refused by Strict', () => {
    expect(failureOf(() => decodePod(text, 'Strict'))).toEqual({
      code: 'BadRequest',
      message: `Pod in version "v1" cannot be handled as a Pod: strict decoding error: ${unknown.join(', ')}`,
    });
  });

  test('is dropped with a warning by Warn, and silently by Ignore', () => {
    const warned = decodePod(text, 'Warn');
    expect(warned.warnings).toEqual(unknown);
    expect(JSON.stringify(warned.object)).not.toContain('foo');
    expect(decodePod(text, 'Ignore')).toEqual({ object: warned.object, warnings: [] });
  });

  test('that stands twice is reported where it stands the second time', () => {
    const twice =
      '{"spec":{"containers":[{"name":"a","name":"b"}],"hostNetwork":true,"hostNetwork":false},"metadata":{"labels":{"a":"1","a":"2"}}}';
    expect(decodePod(twice, 'Warn').warnings).toEqual([
      'duplicate field "spec.containers[0].name"',
      'duplicate field "spec.hostNetwork"',
      'duplicate field "metadata.labels.a"',
    ]);
  });

  test.each([
    ['one name', (size: number) => '"a":"b",'.repeat(size)],
    [
      'many names',
      (size: number) => Array.from({ length: size }, (_, n) => `"a${n}":"b","a${n}":"c",`).join(''),
    ],
    [
      'objects that are merged',
      (size: number) => Array.from({ length: size }, (_, n) => `"a":{"b${n}":1},`).join(''),
    ],
  ])('is found in no time, however often: %s', (_what, membersOf) => {
    const text = `{"metadata":{"annotations":{${membersOf(100_000)}"a":"z"}}}`;
    expect(decodePod(text, 'Warn').object.metadata.annotations).toMatchObject({ a: 'z' });
  });

  test('adds to an object that stood there before, and to nothing else', () => {
    const text = '{"spec":{"__proto__":{"x":1}},"spec":{"__proto__":{"y":1},"hostNetwork":true}}';
    expect(decodePod(text, 'Ignore').object).toMatchObject({ spec: { hostNetwork: true } });
    expect({}).not.toHaveProperty('y');
  });
});

describe('a value that does not fit is refused in the words of Kubernetes', () => {
  const cannot = 'Pod in version "v1" cannot be handled as a Pod: ';
  test.each([
    [
      { metadata: { labels: 'x' } },
      'json: cannot unmarshal string into Go struct field ObjectMeta.metadata.labels of type map[string]string',
    ],
    [
      { metadata: { labels: { a: 1 } } },
      'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string',
    ],
    [
      { spec: { containers: {} } },
      'json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container',
    ],
    [
      { spec: { containers: ['x'] } },
      'json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type v1.Container',
    ],
    [
      { spec: { containers: [{ ports: [{ containerPort: 1.5 }] }] } },
      'json: cannot unmarshal number 1.5 into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32',
    ],
    [
      { spec: { terminationGracePeriodSeconds: true } },
      'json: cannot unmarshal bool into Go struct field PodSpec.spec.terminationGracePeriodSeconds of type int64',
    ],
    [
      { spec: { containers: [{ livenessProbe: { httpGet: { port: true } } }] } },
      'json: cannot unmarshal bool into Go struct field HTTPGetAction.spec.containers.livenessProbe.ProbeHandler.httpGet.port of type int32',
    ],
    [
      { spec: { containers: [{ resources: { limits: 'x' } }] } },
      'json: cannot unmarshal string into Go struct field ResourceRequirements.spec.containers.resources.limits of type v1.ResourceList',
    ],
    [
      { spec: { containers: [{ resources: { limits: { cpu: 'x' } } }] } },
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ],
    [
      { metadata: { creationTimestamp: 'foo' } },
      'parsing time "foo" as "2006-01-02T15:04:05Z07:00": cannot parse "foo" as "2006"',
    ],
    [
      { metadata: { creationTimestamp: 5 } },
      'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.creationTimestamp of type string',
    ],
  ])('%j', (body, problem) => {
    expect(failureOf(() => decodePod(JSON.stringify(body)))).toEqual({
      code: 'BadRequest',
      message: cannot + problem,
    });
  });

  test.each([
    ['a!Vs', 1],
    ['a===', 1],
    ['aa=a', 2],
    ['aa', 0],
    ['aGVsbG8=x', 8],
  ])('base64 %s names byte %i', (written, byte) => {
    const { message } = failureOf(() => decodeConfigMap(`{"binaryData":{"a":"${written}"}}`));
    expect(message).toBe(
      `ConfigMap in version "v1" cannot be handled as a ConfigMap: illegal base64 data at input byte ${byte}`,
    );
  });
});

describe('a body that is something else is refused', () => {
  test.each([
    [
      '{"apiVersion":"apps/v1","kind":"Deployment"}',
      'Deployment in version "v1" cannot be handled as a Pod: converting (v1.Deployment) to (core.Pod): unknown conversion',
    ],
    [
      '{"apiVersion":"v1","kind":"Foo"}',
      'Foo in version "v1" cannot be handled as a Pod: no kind "Foo" is registered for version "v1"',
    ],
    ['{"apiVersion":"v2"}', 'the API version in the data (v2) does not match the expected API version (v1)'],
    [
      '{"apiVersion":"a/b/c"}',
      'the object provided is unrecognized (must be of type Pod): unexpected GroupVersion string: a/b/c ({"apiVersion":"a/b/c"})',
    ],
    [
      '{"kind":5}',
      `the object provided is unrecognized (must be of type Pod): couldn't get version/kind; json parse error: json: cannot unmarshal number into Go struct field .kind of type string ({"kind":5})`,
    ],
    [
      '',
      `the object provided is unrecognized (must be of type Pod): couldn't get version/kind; json parse error: unexpected end of JSON input at line 1, column 1 (<empty>)`,
    ],
    [
      '{"a":1,\n  }',
      `the object provided is unrecognized (must be of type Pod): couldn't get version/kind; json parse error: invalid character '}' looking for beginning of object key string at line 2, column 3 ({"a":1,\n  })`,
    ],
    [
      '[1 2]',
      `the object provided is unrecognized (must be of type Pod): couldn't get version/kind; json parse error: invalid character '2' after array element at line 1, column 4 (5b3120325d)`,
    ],
    [`{"a":${'['.repeat(2_000)}${']'.repeat(2_000)}}`, 'exceeded max depth'],
  ])('%.40s', (text, message) => {
    expect(failureOf(() => decodePod(text))).toEqual({
      code: 'BadRequest',
      message: expect.stringContaining(message),
    });
  });
});

describe.skipIf(oraclesMissing !== undefined)(
  `the API's own samples${oraclesMissing ? ` (${oraclesMissing})` : ''}`,
  () => {
    const samples = oraclesMissing === undefined ? readApiSamples() : [];

    test.each(samples.map((sample) => [sample.name, sample] as const))(
      '%s decodes to itself',
      (_name, { json }) => {
        const body = JSON.parse(json) as KubeObject;
        const message = messageOf(body.apiVersion ?? 'v1', body.kind);
        // A watch event is the one sample that is not an API object: it has no kind.
        if (message === undefined) return expect(body.kind).toBeUndefined();
        const target = { schema: schemaTable, message, kind: body.kind, apiVersion: body.apiVersion };
        const { object, warnings } = decodeJsonBody(json, { ...target, fieldValidation: 'Warn' });
        expect(warnings).toEqual([]);
        expect(JSON.stringify(object)).toBe(JSON.stringify(body));
      },
    );
  },
);
