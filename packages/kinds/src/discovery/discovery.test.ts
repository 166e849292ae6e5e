import { describe, expect, test } from 'vitest';
import { boat } from '../lifecycle/lifecycle-fixture.ts';
import { builtinRegistry, tenantRegistry } from '../registry/builtin-registry.ts';
import { createRegistry } from '../registry/create-registry.ts';
import { aggregatedDiscovery } from './aggregated-discovery.ts';
import { apiGroup, apiGroupList, apiResourceList, apiVersions } from './legacy-discovery.ts';
import { compareVersions } from './version-order.ts';

const fleet = createRegistry([
  {
    ...boat,
    shortNames: ['b'],
    categories: ['all'],
    subresources: [
      { name: 'status', verbs: ['get', 'update'] },
      { name: 'sink', verbs: ['create'], group: 'policy', version: 'v1', kind: 'Eviction' },
    ],
    versions: [
      { group: 'harbour.example', version: 'v1beta1', message: 'x' },
      { group: 'harbour.example', version: 'v1', message: 'y' },
    ],
  },
  { ...boat, kind: 'Anchor', plural: 'anchors', singular: 'anchor', scope: 'Cluster', verbs: ['get'] },
]);
const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

test('versions are preferred stable before beta before alpha, and newer before older', () => {
  const versions = ['foo10', 'v1alpha1', 'v3beta1', 'v10', 'v2', 'v1', 'v11beta2', 'foo1', 'v12alpha1'];
  expect(versions.sort(compareVersions)).toEqual([
    'v10',
    'v2',
    'v1',
    'v11beta2',
    'v3beta1',
    'v12alpha1',
    'v1alpha1',
    'foo1',
    'foo10',
  ]);
});

describe('legacy discovery', () => {
  test('names the core version', () => {
    expect(apiVersions('10.0.0.1:6443')).toEqual({
      kind: 'APIVersions',
      versions: ['v1'],
      serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '10.0.0.1:6443' }],
    });
  });

  test('lists groups with their preferred version', () => {
    const group = {
      name: 'harbour.example',
      versions: [
        { groupVersion: 'harbour.example/v1', version: 'v1' },
        { groupVersion: 'harbour.example/v1beta1', version: 'v1beta1' },
      ],
      preferredVersion: { groupVersion: 'harbour.example/v1', version: 'v1' },
    };
    expect(apiGroupList(fleet)).toEqual({ kind: 'APIGroupList', apiVersion: 'v1', groups: [group] });
    expect(apiGroup(fleet, 'harbour.example')).toEqual({ kind: 'APIGroup', apiVersion: 'v1', ...group });
    expect([apiGroup(fleet, 'other'), apiGroup(builtinRegistry, '')]).toEqual([undefined, undefined]);
    expect(apiGroupList(builtinRegistry).groups.map(({ name }) => name)).not.toContain('');
  });

  test('lists resources and their subresources', () => {
    expect(apiResourceList(fleet, 'harbour.example', 'v1')).toEqual({
      kind: 'APIResourceList',
      apiVersion: 'v1',
      groupVersion: 'harbour.example/v1',
      resources: [
        { name: 'anchors', singularName: 'anchor', namespaced: false, kind: 'Anchor', verbs: ['get'] },
        {
          name: 'boats',
          singularName: 'boat',
          namespaced: true,
          kind: 'Boat',
          verbs,
          shortNames: ['b'],
          categories: ['all'],
        },
        {
          name: 'boats/status',
          singularName: '',
          namespaced: true,
          kind: 'Boat',
          verbs: ['get', 'update'],
        },
        {
          name: 'boats/sink',
          singularName: '',
          namespaced: true,
          group: 'policy',
          version: 'v1',
          kind: 'Eviction',
          verbs: ['create'],
        },
      ],
    });
    expect(apiResourceList(fleet, 'harbour.example', 'v2')).toBeUndefined();
    expect(apiResourceList(tenantRegistry, '', 'v1')?.groupVersion).toBe('v1');
  });
});

describe('aggregated discovery', () => {
  test('says all of it in one document', () => {
    const responseKind = { group: 'harbour.example', version: 'v1', kind: 'Boat' };
    const document = aggregatedDiscovery(fleet, 'named');
    expect(document).toMatchObject({
      kind: 'APIGroupDiscoveryList',
      apiVersion: 'apidiscovery.k8s.io/v2',
      metadata: {},
      items: [
        {
          metadata: { name: 'harbour.example', creationTimestamp: null },
          versions: [
            { version: 'v1', freshness: 'Current' },
            { version: 'v1beta1', freshness: 'Current' },
          ],
        },
      ],
    });
    expect(document.items[0]?.versions[0]?.resources[1]).toEqual({
      resource: 'boats',
      responseKind,
      scope: 'Namespaced',
      singularResource: 'boat',
      verbs,
      shortNames: ['b'],
      categories: ['all'],
      subresources: [
        { subresource: 'status', responseKind, verbs: ['get', 'update'] },
        {
          subresource: 'sink',
          responseKind: { group: 'policy', version: 'v1', kind: 'Eviction' },
          verbs: ['create'],
        },
      ],
    });
    expect(document.items[0]?.versions[1]?.resources.map(({ resource }) => resource)).toEqual(['boats']);
  });

  test('keeps the core group apart, without a name', () => {
    expect(aggregatedDiscovery(fleet, 'core').items).toEqual([]);
    const core = aggregatedDiscovery(tenantRegistry, 'core', 'v2beta1');
    expect(core.apiVersion).toBe('apidiscovery.k8s.io/v2beta1');
    expect(core.items.map(({ metadata }) => metadata)).toEqual([{ creationTimestamp: null }]);
  });
});
