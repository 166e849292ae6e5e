import { describe, expect, test } from 'vitest';
import { boat } from '../lifecycle/lifecycle-fixture.ts';
import { builtinRegistry, tenantRegistry } from './builtin-registry.ts';
import { createRegistry } from './create-registry.ts';
import { resourceName } from './resource-name.ts';

describe('a registry', () => {
  const second = { group: 'harbour.example', version: 'v1beta1', message: 'example.OldBoat' };
  const kind = { ...boat, versions: [...boat.versions, second] as const, schema: { 'example.Boat': {} } };
  const registry = createRegistry([{ ...kind, versions: [boat.versions[0], second] }], { base: {} });

  test('finds a kind by resource, path and kind, at each version', () => {
    const found = registry.byResource('boats.harbour.example');
    expect(found?.kind).toBe('Boat');
    expect(registry.byPath('harbour.example', 'v1beta1', 'boats')).toEqual({
      definition: found,
      version: second,
    });
    expect(registry.byGroupVersionKind('harbour.example/v1', 'Boat')?.version).toEqual(boat.versions[0]);
    expect(registry.byResource('boats')).toBeUndefined();
    expect(registry.byPath('harbour.example', 'v2', 'boats')).toBeUndefined();
    expect(registry.byGroupVersionKind('v1', 'Boat')).toBeUndefined();
  });

  test('brings the messages of its kinds', () => {
    expect(Object.keys(registry.schema)).toEqual(['base', 'example.Boat']);
  });

  test('grows without changing the one it grew from', () => {
    const ship = { ...boat, kind: 'Ship', plural: 'ships' };
    const grown = registry.withKinds([ship]);
    expect(grown.byResource('ships.harbour.example')).toBe(ship);
    expect(Object.keys(grown.schema)).toEqual(['base', 'example.Boat']);
    expect(registry.byResource('ships.harbour.example')).toBeUndefined();
  });

  test('refuses two kinds of one name and two messages of one name', () => {
    expect(() => createRegistry([boat, boat])).toThrow('two kinds are called boats.harbour.example');
    expect(() => createRegistry([{ ...boat, schema: { base: {} } }], { base: {} })).toThrow(
      'two kinds bring the message base',
    );
  });
});

describe('the builtin registry', () => {
  test('has a message for every served version, and every message that those refer to', () => {
    const known = new Set(Object.keys(builtinRegistry.schema));
    const served = builtinRegistry.definitions.flatMap(({ versions }) =>
      versions.map(({ message }) => message),
    );
    const owned = builtinRegistry.definitions.flatMap(({ schema }) =>
      Object.values(schema ?? {}).flatMap((message) => Object.values(message).map(({ t }) => t)),
    );
    const missing = [...served, ...owned.filter((type) => type.includes('.'))].filter(
      (name) => !known.has(name),
    );
    expect(missing).toEqual([]);
  });

  test('keeps the kinds of the fleet from tenants', () => {
    const only = builtinRegistry.definitions
      .map(resourceName)
      .filter((name) => !tenantRegistry.byResource(name));
    expect(only.sort()).toEqual(
      ['clusters', 'clustertemplates', 'plans', 'tenants', 'trustedissuers'].map(
        (plural) => `${plural}.platform.berth.dev`,
      ),
    );
  });

  test('names every kind that a first week with kubectl touches', () => {
    const names = tenantRegistry.definitions.map(resourceName);
    expect(names).toEqual(
      expect.arrayContaining([
        'configmaps',
        'controllerrevisions.apps',
        'events',
        'leases.coordination.k8s.io',
        'namespaces',
        'nodes',
        'secrets',
        'selfsubjectaccessreviews.authorization.k8s.io',
        'selfsubjectreviews.authentication.k8s.io',
        'selfsubjectrulesreviews.authorization.k8s.io',
        'serviceaccounts',
      ]),
    );
  });

  test('offers each subresource that can be written by a strategy', () => {
    const broken = builtinRegistry.definitions.filter(
      ({ subresources, strategy, scale }) =>
        subresources.some(({ name }) => name === 'status') !== (strategy.status !== undefined) ||
        subresources.some(({ name }) => name === 'scale') !== (scale !== undefined),
    );
    expect(broken.map(resourceName)).toEqual([]);
  });
});
