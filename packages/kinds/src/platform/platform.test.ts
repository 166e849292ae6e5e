import { describe, expect, test } from 'vitest';
import { beforeCreate } from '../lifecycle/before-create.ts';
import { beforeDelete } from '../lifecycle/before-delete.ts';
import { beforeFinalize, beforeUpdate, beforeUpdateStatus } from '../lifecycle/before-update.ts';
import { context } from '../lifecycle/lifecycle-fixture.ts';
import { cellsOf, createErrors, objectOf, updateErrors } from '../registry/kind-fixture.ts';
import { cluster, clusterFinalizer } from './cluster.ts';
import { tenantRegistry } from '../registry/builtin-registry.ts';
import { clusterTemplateKind } from './cluster-template.ts';
import { withoutFinalizer } from './held-by-finalizer.ts';
import { plan } from './plan.ts';
import { tenant } from './tenant.ts';

const ofAcme = { name: 'a', namespace: 'acme' };
const newCluster = (spec: object = {}) => objectOf(cluster, { metadata: ofAcme, spec });

test.each([tenant, plan, cluster])('$kind is named by a DNS label', (kind) => {
  const object = objectOf(kind, { metadata: { ...ofAcme, name: 'a.b' } });
  const named = kind.scope === 'Namespaced' ? object : { ...object, metadata: { name: 'a.b' } };
  expect(() => beforeCreate(kind, named, context)).toThrow(
    `${kind.kind}.platform.berth.dev "a.b" is invalid: metadata.name: Invalid value: "a.b": must not contain dots`,
  );
});

describe('Cluster', () => {
  test('belongs to the tenant of its namespace, is of the newest version and Ready at once', () => {
    const { object } = beforeCreate(cluster, { ...newCluster(), status: { phase: 'Deleting' } }, context);
    expect([object['spec'], object.status]).toMatchObject([
      { tenant: 'acme', version: '1.36' },
      {
        phase: 'Ready',
        observedGeneration: 1,
        conditions: [
          { type: 'Ready', status: 'True' },
          { type: 'Suspended', status: 'False' },
        ],
      },
    ]);
    expect(cluster.provisionsCluster?.(object)).toEqual({
      clusterId: 'a',
      tenantId: 'acme',
      suspended: false,
    });
    expect(cellsOf(cluster, object, context.now)).toEqual({
      Name: 'a',
      Version: '1.36',
      Phase: 'Ready',
      Protected: 'false',
      'Nodes*': '<any>',
      'Endpoint*': '',
      Age: '0s',
    });
  });

  test.each<readonly [Record<string, unknown>, string[]]>([
    [{ metadata: ofAcme, spec: { tenant: 'acme' } }, []],
    [
      { metadata: ofAcme, spec: { tenant: 'other' } },
      ['spec.tenant: Invalid value: "other": must be the tenant whose namespace the cluster is in'],
    ],
    [
      { metadata: { name: 'system', namespace: 'default' }, spec: { tenant: 'default' } },
      [
        'metadata.name: Invalid value: "system": is the name of the fleet\'s own cluster',
        'metadata.namespace: Invalid value: "default": is no namespace of a tenant',
      ],
    ],
    [
      { metadata: ofAcme, spec: { tenant: 'acme', version: '1.2', nodePool: 'fast', ownNodes: true } },
      [
        'spec.version: Unsupported value: "1.2": supported values: "1.36"',
        'spec.nodePool: Forbidden: may not be set when `ownNodes` is true',
      ],
    ],
    [
      { metadata: ofAcme, spec: { tenant: 'acme', template: 'A' } },
      [expect.stringContaining('spec.template: Invalid value: "A": a lowercase RFC 1123 subdomain')],
    ],
  ])('%j is checked', (members, errors) => {
    expect(createErrors(cluster, members)).toEqual(errors);
  });

  test('keeps its tenant and its template', () => {
    const { object } = beforeCreate(cluster, newCluster({ template: 'web' }), context);
    expect(() =>
      beforeUpdate(cluster, object, { ...object, spec: { tenant: 'b', template: 'api' } }),
    ).toThrow(
      '[spec.tenant: Invalid value: "b": field is immutable, spec.template: Invalid value: "api": field is immutable]',
    );
  });

  test('says in the same write that it is suspended or goes', () => {
    const { object } = beforeCreate(cluster, newCluster(), context);
    const suspended = beforeUpdate(cluster, object, { ...object, spec: { suspended: true } }).object;
    expect(suspended).toMatchObject({ status: { phase: 'Suspended' }, metadata: { generation: 2 } });
    const resumed = beforeUpdate(cluster, suspended, { ...suspended, spec: {} }).object;
    expect(resumed.status).toMatchObject({ phase: 'Ready' });
  });

  test('stays until its finalizer is taken off, which no update does', () => {
    const { object } = beforeCreate(cluster, newCluster(), context);
    expect(object.metadata.finalizers).toEqual([clusterFinalizer]);
    const deletion = beforeDelete(cluster, object, { options: {}, now: context.now });
    expect(deletion).toMatchObject({ effect: 'write', object: { status: { phase: 'Deleting' } } });
    const { finalizers: _finalizers, ...metadata } = deletion.object.metadata;
    const bare = { ...deletion.object, metadata: { ...metadata, annotations: { a: 'b' } } };
    expect(beforeUpdate(cluster, deletion.object, bare)).toMatchObject({
      effect: 'write',
      object: { metadata: { finalizers: [clusterFinalizer], annotations: { a: 'b' } } },
    });
    const unheld = withoutFinalizer(deletion.object, clusterFinalizer);
    expect(beforeUpdateStatus(cluster, deletion.object, unheld).effect).toBe('unchanged');
    expect(beforeFinalize(cluster, deletion.object, unheld).effect).toBe('remove');
  });

  test('that is protected cannot be deleted', () => {
    const { object } = beforeCreate(cluster, newCluster({ deletionProtection: true }), context);
    expect(() => beforeDelete(cluster, object, { options: {}, now: context.now })).toThrow(
      'clusters.platform.berth.dev "a" is forbidden: it is protected against deletion; set spec.deletionProtection to false first',
    );
  });

  test('has one of the known phases', () => {
    const next = objectOf(cluster, { status: { phase: 'Odd' } });
    expect(cluster.strategy.status?.validateUpdate(next, next)).toEqual([
      expect.objectContaining({ field: 'status.phase', reason: 'FieldValueNotSupported' }),
    ]);
  });
});

describe('Tenant', () => {
  test.each<readonly [Record<string, unknown>, string[]]>([
    [{ spec: { displayName: 'Ünïcode Ltd', plan: 'small', contacts: [{ email: 'ops@example.com' }] } }, []],
    [
      { spec: { displayName: 'x'.repeat(257) } },
      ['spec.displayName: Too long: may not be more than 256 bytes'],
    ],
    [
      { metadata: { name: 'default' } },
      [`metadata.name: Invalid value: "default": is reserved for the fleet's own namespaces`],
    ],
    [
      { metadata: { name: 'kube-x' } },
      ['metadata.name: Invalid value: "kube-x": names that begin with "kube-" are reserved for Kubernetes'],
    ],
    [
      {
        spec: {
          owners: [{ kind: 'Robot', name: '' }],
          viewers: [
            { kind: 'User', name: 'v' },
            { kind: 'Group', name: 'v' },
            { kind: 'User', name: 'v' },
          ],
          contacts: [{ email: 'nobody' }, { email: '' }],
        },
      },
      [
        'spec.owners[0].kind: Unsupported value: "Robot": supported values: "Group", "User"',
        'spec.owners[0].name: Required value',
        'spec.viewers[2]: Duplicate value: {"kind":"User","name":"v"}',
        'spec.contacts[0].email: Invalid value: "nobody": must be a mail address, e.g. ops@example.com',
        'spec.contacts[1].email: Required value',
      ],
    ],
  ])('%j is checked', (members, errors) => {
    expect(createErrors(tenant, members)).toEqual(errors);
  });

  test('shows who it is and how much it has', () => {
    const spec = { displayName: 'Acme', plan: 'small', owners: [{ kind: 'User', name: 'olga' }] };
    const object = objectOf(tenant, { spec, status: { phase: 'Ready', clusters: 3 } });
    expect(cellsOf(tenant, object, context.now)).toMatchObject({
      Name: 'a',
      'Display Name': 'Acme',
      Plan: 'small',
      Clusters: '3',
      Phase: 'Ready',
      'Owners*': 'olga',
    });
  });
});

describe('Plan', () => {
  test.each<readonly [Record<string, unknown>, string[]]>([
    [{ clusters: 0, cpu: '1500m', memory: '2Gi', logRetention: '24h0m0s', nodePools: ['shared'] }, []],
    [
      { clusters: -1, inFlight: 0, cpu: '-1', logRetention: '0s' },
      [
        'spec.clusters: Invalid value: -1: must be greater than or equal to 0',
        'spec.inFlight: Invalid value: 0: must be greater than 0',
        'spec.cpu: Invalid value: "-1": must be greater than or equal to 0',
        'spec.logRetention: Invalid value: "0s": must be greater than 0',
      ],
    ],
    [
      { objects: { 'jobs.batch': -2 }, nodePools: ['a', 'a', ''] },
      [
        'spec.objects[jobs.batch]: Invalid value: -2: must be greater than or equal to 0',
        'spec.nodePools[1]: Duplicate value: "a"',
        'spec.nodePools[2]: Invalid value: "": must not be empty',
      ],
    ],
  ])('%j is checked', (spec, errors) => {
    expect(createErrors(plan, { spec })).toEqual(errors);
  });

  test('shows what it allows', () => {
    const object = objectOf(plan, { spec: { clusters: 3, cpu: '8' }, status: { tenants: 2 } });
    expect(cellsOf(plan, object, context.now)).toMatchObject({
      Clusters: '3',
      CPU: '8',
      Memory: '<none>',
      Tenants: '2',
    });
  });
});

describe('ClusterTemplate', () => {
  const clusterTemplate = clusterTemplateKind(tenantRegistry);
  const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'default' } };

  test.each<readonly [readonly unknown[], string[]]>([
    [[configMap, { ...configMap, metadata: { name: 'b' } }], []],
    [
      [{ kind: 'ConfigMap', metadata: { generateName: 'x-' } }, null],
      [
        'spec.objects[0].apiVersion: Required value',
        'spec.objects[0].metadata.name: Required value: an object of a template needs a name of its own',
        'spec.objects[1].apiVersion: Required value',
        'spec.objects[1].kind: Required value',
        'spec.objects[1].metadata.name: Required value: an object of a template needs a name of its own',
      ],
    ],
    [[configMap, configMap], ['spec.objects[1]: Duplicate value: "v1 ConfigMap default a"']],
    [
      [
        { ...configMap, data: { 'a b': '' } },
        { ...configMap, metadata: { name: 'b' }, daten: {} },
        { apiVersion: 'platform.berth.dev/v1', kind: 'Tenant', metadata: { name: 'a' } },
        { apiVersion: 'v1', kind: 'Node', metadata: { name: 'a' } },
      ],
      [
        expect.stringContaining(
          'spec.objects[0]: Invalid value: "v1 ConfigMap default a": ConfigMap "a" is invalid: data[a b]: Invalid value',
        ),
        expect.stringContaining('strict decoding error: unknown field "daten"'),
        expect.stringContaining(
          'no object of kind Tenant of platform.berth.dev/v1 can be created in a cluster',
        ),
        expect.stringContaining('no object of kind Node of v1 can be created in a cluster'),
      ],
    ],
    [
      Array.from({ length: 201 }, () => configMap),
      ['spec.objects: Too many: 201: must have at most 200 items'],
    ],
  ])('%# is checked', (objects, errors) => {
    expect(createErrors(clusterTemplate, { spec: { objects } })).toEqual(errors);
    expect(updateErrors(clusterTemplate, {}, { spec: { objects } })).toEqual(errors);
  });

  test('shows how much is in it', () => {
    const object = objectOf(clusterTemplate, { spec: { objects: [configMap], description: 'web' } });
    expect(cellsOf(clusterTemplate, object, context.now)).toMatchObject({
      Objects: '1',
      'Description*': 'web',
    });
  });
});
