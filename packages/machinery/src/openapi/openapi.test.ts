import { describe, expect, test } from 'vitest';
import { oraclesMissing, readSwagger, schemaTable } from '../../../../test/support/kubernetes-facts.ts';
import type { OpenApiSchema } from './definitions.ts';
import { encodeOpenApiV2Protobuf } from './encode-openapi-v2.ts';
import { openApiV2Document } from './openapi-v2.ts';
import { openApiV3Document, openApiV3Index } from './openapi-v3.ts';
import type { OpenApiResource } from './served-resource.ts';

const allVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

function served(message: string, plural: string, namespaced = true): OpenApiResource {
  const [kind = '', version = '', group = ''] = message.split('.').toReversed();
  return {
    group: group === 'core' ? '' : group === 'rbac' ? 'rbac.authorization.k8s.io' : group,
    version,
    kind,
    listKind: `${kind}List`,
    plural,
    namespaced,
    message,
    verbs: allVerbs,
    subresources: [{ name: 'status', verbs: ['get', 'patch', 'update'] }],
  };
}

const pods: OpenApiResource = {
  ...served('k8s.io.api.core.v1.Pod', 'pods'),
  subresources: [
    { name: 'status', verbs: ['get', 'patch', 'update'] },
    { name: 'log', verbs: ['get'] },
    { name: 'eviction', verbs: ['create'], group: 'policy', version: 'v1', kind: 'Eviction' },
  ],
};
const resources = [
  pods,
  served('k8s.io.api.core.v1.ConfigMap', 'configmaps'),
  served('k8s.io.api.core.v1.Service', 'services'),
  served('k8s.io.api.core.v1.PersistentVolume', 'persistentvolumes', false),
  served('k8s.io.api.apps.v1.Deployment', 'deployments'),
  served('k8s.io.api.apps.v1.StatefulSet', 'statefulsets'),
  served('k8s.io.api.batch.v1.Job', 'jobs'),
  served('k8s.io.api.batch.v1.CronJob', 'cronjobs'),
  served('k8s.io.api.rbac.v1.ClusterRole', 'clusterroles', false),
];
const request = { schema: schemaTable, resources };

interface V2Document {
  readonly definitions: Readonly<Record<string, OpenApiSchema & { readonly required?: readonly string[] }>>;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Record<string, unknown>>>>>;
}

const v2 = openApiV2Document(request) as unknown as V2Document;

/** What a definition says, without its texts, the order of its fields, and unions, which nothing reads. */
function bare(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(bare);
  if (typeof schema !== 'object' || schema === null) return schema;
  const members = Object.entries(schema).flatMap(([name, value]) => {
    if (name === 'x-kubernetes-unions' || (name === 'description' && typeof value === 'string')) return [];
    if (name === 'required' && Array.isArray(value)) return [[name, (value as string[]).toSorted()] as const];
    return [[name, bare(value)] as const];
  });
  return Object.fromEntries(members);
}

describe.skipIf(oraclesMissing !== undefined)(
  `the published document${oraclesMissing ? ` (${oraclesMissing})` : ''}`,
  () => {
    const swagger =
      oraclesMissing === undefined ? (readSwagger() as V2Document) : { definitions: {}, paths: {} };

    // Of this one the schema table does not know that its fields are always written.
    const known = Object.keys(v2.definitions).filter((name) => !name.endsWith('.WatchEvent'));

    test.each(known)('defines %s alike', (name) => {
      const { 'x-kubernetes-group-version-kind': kinds, ...own } = v2.definitions[name] ?? {};
      const { 'x-kubernetes-group-version-kind': published, ...theirs } = swagger.definitions[name] ?? {};
      expect(bare(own)).toEqual(bare(theirs));
      if (kinds) expect(published).toEqual(expect.arrayContaining(kinds as unknown[]));
    });

    test.each(
      Object.keys(v2.paths).filter((path) => !/(configmaps|clusterroles)\/\{name\}\/status/.test(path)),
    )('has the operations of %s', (path) => {
      for (const [method, operation] of Object.entries(v2.paths[path] ?? {})) {
        if (method === 'parameters') continue;
        const theirs = swagger.paths[path]?.[method] ?? {};
        const parts = [
          'operationId',
          'tags',
          'x-kubernetes-action',
          'x-kubernetes-group-version-kind',
        ] as const;
        for (const part of parts)
          expect([method, part, operation[part]]).toEqual([method, part, theirs[part]]);
      }
    });
  },
);

describe('the document of a group version', () => {
  const v3 = openApiV3Document('batch/v1', request) as {
    paths: Record<string, Record<string, { parameters?: ReadonlyArray<{ name: string; in: string }> }>>;
    components: { schemas: Record<string, { properties: Record<string, unknown> }> };
  };

  test('has its paths and no others', () => {
    expect(Object.keys(v3.paths).every((path) => path.startsWith('/apis/batch/v1/'))).toBe(true);
    expect(v3.paths).toHaveProperty(['/apis/batch/v1/namespaces/{namespace}/jobs/{name}/status', 'patch']);
  });

  test('says that patches take fieldValidation, which kubectl looks for', () => {
    const patch = v3.paths['/apis/batch/v1/namespaces/{namespace}/jobs/{name}']?.['patch'];
    expect(patch).toMatchObject({
      'x-kubernetes-group-version-kind': { group: 'batch', version: 'v1', kind: 'Job' },
    });
    expect(patch?.parameters).toContainEqual(
      expect.objectContaining({ name: 'fieldValidation', in: 'query' }),
    );
  });

  test('resolves every reference in itself', () => {
    const names = new Set(Object.keys(v3.components.schemas));
    const refs = JSON.stringify(v3).matchAll(/#\/components\/schemas\/([^"]+)/g);
    expect(
      [...refs].map(([, name]) => name).filter((name) => name === undefined || !names.has(name)),
    ).toEqual([]);
  });

  test('says enumerations and alternatives of types', () => {
    const { schemas } = v3.components;
    expect(schemas['io.k8s.api.core.v1.ContainerPort']?.properties['protocol']).toEqual({
      type: 'string',
      enum: ['SCTP', 'TCP', 'UDP'],
      default: 'TCP',
    });
    expect(schemas['io.k8s.apimachinery.pkg.util.intstr.IntOrString']).toEqual({
      format: 'int-or-string',
      oneOf: [{ type: 'integer' }, { type: 'string' }],
    });
  });
});

test('the index says where each document is', () => {
  expect(openApiV3Index(new Map([['api/v1', 'AB/1']]))).toEqual({
    paths: { 'api/v1': { serverRelativeURL: '/openapi/v3/api/v1?hash=AB%2F1' } },
  });
});

test('the protobuf form begins with the version and holds every definition', () => {
  const bytes = Buffer.from(encodeOpenApiV2Protobuf(v2));
  expect(bytes.subarray(0, 5)).toEqual(Buffer.from('\n\u00032.0'));
  for (const name of Object.keys(v2.definitions)) expect(bytes.includes(name)).toBe(true);
});
