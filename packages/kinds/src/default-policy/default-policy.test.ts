import type { KubeObject } from '@berth/machinery';
import { describe, expect, test } from 'vitest';
import type { ClusterRole, ClusterRoleBinding } from '../generated/api-types.ts';
import { beforeCreate } from '../lifecycle/before-create.ts';
import { context } from '../lifecycle/lifecycle-fixture.ts';
import { uncoveredRules } from '../rbac/uncovered-rules.ts';
import { builtinRegistry } from '../registry/builtin-registry.ts';
import { defaultPolicy, systemDefaultPolicy } from './default-policy.ts';
import { keepDefaults } from './keep-defaults.ts';

const all: readonly KubeObject[] = [...new Set([...defaultPolicy, ...systemDefaultPolicy])];
const rulesOf = (name: string) => {
  const role = all.find(({ kind, metadata }) => kind === 'ClusterRole' && metadata.name === name);
  if (role === undefined) throw new Error(`there is no role ${name}`);
  return (role as ClusterRole).rules ?? [];
};

describe('the default policy', () => {
  test('is made of valid objects, each once', () => {
    expect(new Set(all.map(({ kind, metadata }) => `${kind}/${metadata.name}`)).size).toBe(all.length);
    for (const object of all) {
      const served = builtinRegistry.byGroupVersionKind(object.apiVersion, object.kind);
      if (served === undefined) throw new Error(`nothing serves ${object.kind}`);
      expect(beforeCreate(served.definition, object, context).effect).toBe('write');
    }
  });

  test('binds roles that there are', () => {
    for (const object of all.filter(({ kind }) => kind === 'ClusterRoleBinding'))
      expect(rulesOf((object as ClusterRoleBinding).roleRef.name).length).toBeGreaterThan(0);
  });

  test('has users’ roles that hold one another, and no more than they should', () => {
    expect(uncoveredRules(rulesOf('edit'), rulesOf('view'))).toEqual([]);
    expect(uncoveredRules(rulesOf('admin'), rulesOf('edit'))).toEqual([]);
    const secrets = [{ verbs: ['get'], apiGroups: [''], resources: ['secrets'] }];
    const roles = [{ verbs: ['create'], apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles'] }];
    expect([uncoveredRules(rulesOf('view'), secrets), uncoveredRules(rulesOf('edit'), roles)]).toEqual([
      secrets,
      roles,
    ]);
    expect(uncoveredRules(rulesOf('admin'), [...secrets, ...roles])).toEqual([]);
  });

  test('lacks nothing of itself', () => {
    for (const object of all) expect(keepDefaults(object, object)).toBe(object);
  });
});

describe('held rules cover', () => {
  const rule = (verbs: string, resources: string, names?: string) => ({
    verbs: verbs.split(','),
    apiGroups: [''],
    resources: resources.split(','),
    ...(names && { resourceNames: names.split(',') }),
  });
  const paths = (...nonResourceURLs: string[]) => ({ verbs: ['get'], nonResourceURLs });

  test.each([
    [[rule('*', '*')], [rule('get', 'pods/log', 'x')], true],
    [[rule('get', 'pods')], [rule('get', 'pods', 'x')], true],
    [[rule('get', 'pods', 'x')], [rule('get', 'pods')], false],
    [[rule('get', 'pods', 'x')], [rule('get', 'pods', 'x,y')], false],
    [[rule('get', '*/log')], [rule('get', 'pods/log')], true],
    [[rule('get', '*/log')], [rule('get', 'pods')], false],
    [[rule('get', 'pods')], [rule('*', 'pods')], false],
    [[rule('get', 'pods'), rule('list', 'pods')], [rule('get,list', 'pods')], true],
    [[paths('/a/*')], [paths('/a/b', '/a/*')], true],
    [[paths('/a/*')], [paths('/a')], false],
    [[paths('*')], [paths('/x')], true],
    [[rule('*', '*')], [paths('/x')], false],
    [[], [], true],
  ])('%j: %j → %s', (held, wanted, isCovered) => {
    expect(uncoveredRules(held, wanted).length === 0).toBe(isCovered);
  });
});
