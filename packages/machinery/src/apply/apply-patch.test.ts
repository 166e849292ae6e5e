import { describe, expect, test } from 'vitest';
import { schemaTable } from '../../../../test/support/kubernetes-facts.ts';
import { decodeJsonBody } from '../decode/decode-json.ts';
import type { FieldsV1, KubeObject } from '../object.ts';
import { type ApplyResult, applyPatch } from './apply-patch.ts';
import { decodeAppliedConfiguration } from './decode-applied.ts';
import { trackUpdate } from './track-update.ts';

const deployment = { schema: schemaTable, message: 'k8s.io.api.apps.v1.Deployment', apiVersion: 'apps/v1' };
const target = { ...deployment, kind: 'Deployment', fieldValidation: 'Strict' } as const;
const now = new Date('2026-01-02T03:04:05Z');

interface Apply {
  readonly manager?: string;
  readonly force?: boolean;
  readonly at?: Date;
}

function apply(
  live: KubeObject | undefined,
  body: object,
  { manager = 'helm', force = false, at = now }: Apply = {},
): ApplyResult {
  const text = JSON.stringify({ apiVersion: 'apps/v1', kind: 'Deployment', ...body });
  const applied = decodeAppliedConfiguration(text, target).object;
  return applyPatch({ ...deployment, manager, subresource: '', now: at, live, applied, force });
}

function applied(live: KubeObject | undefined, body: object, options: Apply = {}): KubeObject {
  const result = apply(live, body, options);
  if (result.outcome === 'conflict') throw new Error(result.message);
  return result.object;
}

/** What a server makes of an object that a client sends whole. */
function updated(
  live: KubeObject | undefined,
  change: (object: KubeObject) => object,
  manager = 'kubectl',
): KubeObject {
  const body = JSON.stringify(change(structuredClone(live ?? ({ metadata: {} } as KubeObject))));
  const next = decodeJsonBody(body, target).object;
  return trackUpdate({ ...deployment, manager, subresource: '', now, live, next });
}

function owned(object: KubeObject, manager: string): FieldsV1 | undefined {
  return object.metadata.managedFields?.find((entry) => entry.manager === manager)?.fieldsV1;
}

const container = { name: 'c', image: 'i:1' };
function spec(extra: object = {}, containers: readonly object[] = [container]) {
  return { metadata: { name: 'd' }, spec: { ...extra, template: { spec: { containers } } } };
}
const containersOf = (object: KubeObject) =>
  (object.spec as { template: { spec: { containers: ReadonlyArray<Record<string, unknown>> } } }).template
    .spec.containers;

describe('a manager owns what it applies', () => {
  test('from the creation on, without what is added by others', () => {
    const object = applied(undefined, {
      ...spec({ replicas: 2 }),
      metadata: { name: 'd', labels: { a: '1' } },
    });
    expect(object.metadata.managedFields).toEqual([
      {
        manager: 'helm',
        operation: 'Apply',
        apiVersion: 'apps/v1',
        time: '2026-01-02T03:04:05Z',
        fieldsType: 'FieldsV1',
        fieldsV1: {
          'f:metadata': { 'f:labels': { 'f:a': {} } },
          'f:spec': {
            'f:replicas': {},
            'f:template': {
              'f:spec': { 'f:containers': { 'k:{"name":"c"}': { '.': {}, 'f:name': {}, 'f:image': {} } } },
            },
          },
        },
      },
    ]);
    expect(object).toMatchObject({ spec: { replicas: 2, strategy: {} }, status: {} });
  });

  test('until it leaves it out: then it goes, unless someone else owns it', () => {
    const both = applied(applied(undefined, spec({ replicas: 2, paused: true })), spec({ paused: true }), {
      manager: 'other',
    });
    const left = applied(both, spec());
    expect(left.spec).not.toHaveProperty('replicas');
    expect(left.spec).toHaveProperty('paused', true);
    expect(owned(left, 'other')).toMatchObject({ 'f:spec': { 'f:paused': {} } });
  });

  test('so that an item of a list goes with its owner and the others stay', () => {
    const two = applied(undefined, spec({}, [container, { name: 'x', image: 'i:2' }]));
    const shared = applied(two, spec({}, [{ name: 'y', image: 'i:3' }]), { manager: 'other' });
    expect(containersOf(applied(shared, spec({}, [container]))).map(({ name }) => name)).toEqual(['c', 'y']);
  });

  test('and takes it by force from another', () => {
    const first = applied(undefined, spec({ replicas: 2 }));
    const forced = applied(first, spec({ replicas: 3 }), { manager: 'other', force: true });
    expect(forced.spec).toHaveProperty('replicas', 3);
    expect(owned(forced, 'helm')?.['f:spec']).not.toHaveProperty('f:replicas');
    expect(owned(forced, 'other')).toMatchObject({ 'f:spec': { 'f:replicas': {} } });
  });

  test('together with others, if all apply the same value', () => {
    const first = applied(undefined, spec({ replicas: 2 }));
    const second = applied(first, spec({ replicas: 2 }), { manager: 'other' });
    for (const manager of ['helm', 'other'])
      expect(owned(second, manager)).toMatchObject({ 'f:spec': { 'f:replicas': {} } });
  });
});

describe('a conflict', () => {
  test('with one field names the manager and the field', () => {
    const live = updated(undefined, () => spec({ replicas: 2 }));
    expect(apply(live, spec({ replicas: 3 }))).toEqual({
      outcome: 'conflict',
      message: 'Apply failed with 1 conflict: conflict with "kubectl" using apps/v1: .spec.replicas',
      causes: [
        {
          reason: 'FieldManagerConflict',
          message: 'conflict with "kubectl" using apps/v1',
          field: '.spec.replicas',
        },
      ],
    });
  });

  test('with several lists them by manager', () => {
    const first = applied(undefined, spec({ replicas: 2 }));
    const live = updated(first, (object) => ({
      ...object,
      metadata: { ...object.metadata, labels: { a: '1' } },
    }));
    const body = {
      ...spec({ replicas: 3 }, [{ name: 'c', image: 'i:9' }]),
      metadata: { name: 'd', labels: { a: '2' } },
    };
    expect(apply(live, body, { manager: 'other' })).toMatchObject({
      message: [
        'Apply failed with 3 conflicts: conflicts with "helm":',
        '- .spec.replicas',
        '- .spec.template.spec.containers[name="c"].image',
        'conflicts with "kubectl" using apps/v1:',
        '- .metadata.labels.a',
      ].join('\n'),
    });
  });

  test('changes nothing', () => {
    const live = applied(undefined, spec({ replicas: 2 }));
    const before = JSON.stringify(live);
    apply(live, spec({ replicas: 3 }), { manager: 'other' });
    expect(JSON.stringify(live)).toBe(before);
  });

  test('is none where kubectl takes over what it applied by annotation', () => {
    const lastApplied = JSON.stringify({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      ...spec({ replicas: 2 }),
    });
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': lastApplied };
    const live = updated(
      undefined,
      () => ({ ...spec({ replicas: 2 }), metadata: { name: 'd', annotations } }),
      'kubectl-client-side-apply',
    );
    expect(apply(live, spec({ replicas: 3 }), { manager: 'helm' }).outcome).toBe('conflict');
    const taken = applied(live, spec({ replicas: 3 }), { manager: 'kubectl' });
    expect(taken.spec).toHaveProperty('replicas', 3);
    expect(taken.metadata.annotations?.['kubectl.kubernetes.io/last-applied-configuration']).toContain(
      '"replicas":3',
    );
  });
});

test('an apply that changes nothing returns the live object itself', () => {
  const live = applied(undefined, spec({ replicas: 2 }));
  expect(applied(live, spec({ replicas: 2 }), { at: new Date('2027-01-01T00:00:00Z') })).toBe(live);
});

test('values are compared in their canonical form', () => {
  const limited = (cpu: unknown) => spec({}, [{ ...container, resources: { limits: { cpu } } }]);
  const live = applied(undefined, limited('100m'));
  expect(apply(live, limited(0.1), { manager: 'other' }).outcome).toBe('applied');
});

test('keys of list items take the defaults of their fields', () => {
  const ports = (port: object) => spec({}, [{ ...container, ports: [port] }]);
  const live = applied(undefined, ports({ containerPort: 80, protocol: 'TCP' }));
  const same = applied(live, ports({ containerPort: 80, name: 'http' }));
  expect(containersOf(same)[0]?.['ports']).toEqual([{ name: 'http', containerPort: 80 }]);
});

describe('a configuration is refused', () => {
  const named = 'failed to create typed patch object (n/d; apps/v1, Kind=Deployment): ';
  const inNamespace = (body: { metadata: object }) => ({
    ...body,
    metadata: { ...body.metadata, namespace: 'n' },
  });
  test.each([
    [inNamespace(spec({ foo: 1 })), `${named}.spec.foo: field not declared in schema`],
    [
      inNamespace(spec({}, [{ image: 'x' }])),
      `${named}.spec.template.spec.containers: element 0: associative list with keys has an element that omits all key fields ["name"] (and doesn't have default values for any key fields)`,
    ],
    [
      inNamespace(spec({}, [container, container])),
      `${named}.spec.template.spec.containers: duplicate entries for key [name="c"]`,
    ],
    [
      inNamespace(spec({ replicas: 'x' })),
      `${named}json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32`,
    ],
    [
      inNamespace(spec({ a: 1, b: 2 })),
      `${named}errors:\n  .spec.a: field not declared in schema\n  .spec.b: field not declared in schema`,
    ],
    [{ metadata: { name: 'd', managedFields: [] } }, 'metadata.managedFields must be nil'],
  ])('%j', (body, message) => {
    expect(() => apply(undefined, body)).toThrow(expect.objectContaining({ code: 'BadRequest', message }));
  });

  test('if it is malformed, or a field stands twice and is looked for', () => {
    const text = 'apiVersion: apps/v1\nkind: Deployment\nspec:\n  replicas: 1\n  replicas: 2\n';
    expect(() => decodeAppliedConfiguration(text, target)).toThrow(
      'error strict decoding YAML: yaml: unmarshal errors:\n  line 5: key "replicas" already set in map',
    );
    expect(decodeAppliedConfiguration(text, { ...target, fieldValidation: 'Ignore' })).toMatchObject({
      warnings: [],
      object: { spec: { replicas: 2 } },
    });
    expect(() => decodeAppliedConfiguration('a: [', target)).toThrow(
      /^error decoding patch: error converting YAML to JSON: yaml: line 1, column 5/,
    );
  });
});
