import { describe, expect, test } from 'vitest';
import { clusterRoleBinding } from '../cluster-role-binding/cluster-role-binding.ts';
import { clusterRole } from '../cluster-role/cluster-role.ts';
import { beforeCreate } from '../lifecycle/before-create.ts';
import { context } from '../lifecycle/lifecycle-fixture.ts';
import { created, type Members, updateRefusals } from '../registry/decoded-fixture.ts';
import { cellsOf, objectOf } from '../registry/kind-fixture.ts';
import { roleBinding } from '../role-binding/role-binding.ts';
import { role } from '../role/role.ts';

const group = 'rbac.authorization.k8s.io';
const pods = { verbs: ['get'], apiGroups: [''], resources: ['pods'] };

describe('the rules of a role', () => {
  test.each<readonly [object, string[]]>([
    [pods, []],
    [{ ...pods, resourceNames: ['web'] }, []],
    [{ ...pods, verbs: [] }, ['rules[0].verbs: Required value: verbs must contain at least one value']],
    [
      { verbs: ['get'] },
      [
        'rules[0].apiGroups: Required value: resource rules must supply at least one api group',
        'rules[0].resources: Required value: resource rules must supply at least one resource',
      ],
    ],
    [
      { verbs: ['get'], nonResourceURLs: ['/metrics'] },
      [
        'rules[0].nonResourceURLs: Invalid value: ["/metrics"]: namespaced rules cannot apply to non-resource URLs',
      ],
    ],
  ])('%j', (rule, refusals) => {
    expect(created(role, { rules: [rule] }).refusals).toEqual(refusals);
    const update = { current: { rules: [] }, next: { rules: [rule] } };
    expect(updateRefusals(role, update)).toEqual(refusals);
  });

  test('of a cluster may name paths, but not together with resources', () => {
    const metadata = { namespace: '' };
    const paths = { verbs: ['get'], nonResourceURLs: ['/metrics'] };
    expect(created(clusterRole, { metadata, rules: [paths] }).refusals).toEqual([]);
    expect(created(clusterRole, { metadata, rules: [{ ...pods, ...paths }] }).refusals).toEqual([
      'rules[0].nonResourceURLs: Invalid value: ["/metrics"]: rules cannot apply to both regular resources and non-resource URLs',
    ]);
  });
});

describe('an aggregation rule', () => {
  test.each<readonly [object, string[]]>([
    [{ clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] }, []],
    [
      {},
      [
        'aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil',
      ],
    ],
    [
      { clusterRoleSelectors: [{ matchExpressions: [{ key: 'a', operator: 'Odd' }] }] },
      [
        'aggregationRule.clusterRoleSelectors[0].matchExpressions[0].operator: Invalid value: "Odd": not a valid selector operator',
      ],
    ],
  ])('%j', (aggregationRule, refusals) => {
    expect(created(clusterRole, { aggregationRule }).refusals).toEqual(refusals);
  });
});

describe('a binding', () => {
  const roleRef = { kind: 'ClusterRole', name: 'view' };
  const eve = { kind: 'User', name: 'eve' };

  test('gets the groups of what it refers to', () => {
    const account = { kind: 'ServiceAccount', name: 'sa', namespace: 'ns' };
    const { object, refusals } = created(roleBinding, {
      roleRef,
      subjects: [eve, { kind: 'Group', name: 'g' }, account],
    });
    expect(refusals).toEqual([]);
    expect(object).toMatchObject({
      roleRef: { ...roleRef, apiGroup: group },
      subjects: [{ ...eve, apiGroup: group }, { kind: 'Group', apiGroup: group }, account],
    });
  });

  test.each<readonly [Members, string[]]>([
    [
      {},
      [
        'roleRef.kind: Unsupported value: "": supported values: "Role", "ClusterRole"',
        'roleRef.name: Required value',
      ],
    ],
    [
      { roleRef: { kind: 'Role', name: 'a/b', apiGroup: 'apps' } },
      [
        `roleRef.apiGroup: Unsupported value: "apps": supported values: "${group}"`,
        'roleRef.name: Invalid value: "a/b": may not contain \'/\'',
      ],
    ],
    [
      { roleRef, subjects: [{ kind: 'User', name: '' }] },
      ['subjects[0].name: Required value', 'subjects[0].name: Invalid value: "": user name cannot be empty'],
    ],
    [
      { roleRef, subjects: [{ kind: 'Robot', name: 'r' }] },
      ['subjects[0].kind: Unsupported value: "Robot": supported values: "ServiceAccount", "User", "Group"'],
    ],
    [
      { roleRef, subjects: [{ kind: 'ServiceAccount', name: 'a', apiGroup: group }] },
      [`subjects[0].apiGroup: Unsupported value: "${group}": supported values: ""`],
    ],
  ])('is checked: %j', (members, refusals) => {
    expect(created(roleBinding, members).refusals).toEqual(refusals);
  });

  test('of a cluster binds its roles alone, and ServiceAccounts with their namespace', () => {
    const members = {
      roleRef: { kind: 'Role', name: 'r' },
      subjects: [{ kind: 'ServiceAccount', name: 'sa' }],
    };
    expect(created(clusterRoleBinding, members).refusals).toEqual([
      'roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"',
      'subjects[0].namespace: Required value',
    ]);
  });

  test('stays with its role', () => {
    const next = { roleRef: { ...roleRef, name: 'admin' } };
    for (const kind of [roleBinding, clusterRoleBinding]) {
      expect(updateRefusals(kind, { current: { roleRef }, next: { roleRef, subjects: [eve] } })).toEqual([]);
      expect(updateRefusals(kind, { current: { roleRef }, next })).toEqual([
        `roleRef: Invalid value: {"APIGroup":"${group}","Kind":"ClusterRole","Name":"admin"}: cannot change roleRef`,
      ]);
    }
  });

  test('shows what it grants, and to whom', () => {
    const subjects = [
      eve,
      { kind: 'Group', name: 'g' },
      { kind: 'Group', name: 'h' },
      { kind: 'ServiceAccount', name: 'sa', namespace: 'ns' },
    ];
    expect(cellsOf(roleBinding, objectOf(roleBinding, { roleRef, subjects }), new Date())).toEqual({
      Name: 'a',
      Role: 'ClusterRole/view',
      Age: '<unknown>',
      'Users*': 'eve',
      'Groups*': 'g, h',
      'ServiceAccounts*': 'ns/sa',
    });
  });
});

test('names may be anything that can stand in a path', () => {
  const named = (name: string) => objectOf(clusterRole, { metadata: { name }, rules: [] });
  expect(beforeCreate(clusterRole, named('system:node:A_b'), context).object.metadata.name).toBe(
    'system:node:A_b',
  );
  expect(() => beforeCreate(clusterRole, named('a/b'), context)).toThrow("may not contain '/'");
  const shown = cellsOf(clusterRole, beforeCreate(clusterRole, named('x'), context).object, context.now);
  expect(shown).toEqual({ Name: 'x', 'Created At': expect.stringMatching(/^\d{4}-.*Z$/) });
});
