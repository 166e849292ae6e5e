import { describe, expect, test } from 'vitest';
import type { RequestAttributes } from './authorize.ts';
import { commonScope, type TokenScope, withinScope } from './token-scope.ts';

const resource = (verb: string, namespace: string, more: object = {}): RequestAttributes => ({
  type: 'resource',
  clusterId: 'a',
  verb,
  group: '',
  version: 'v1',
  resource: 'pods',
  subresource: '',
  namespace,
  name: '',
  ...more,
});
const path = (verb: string, of: string): RequestAttributes => ({
  type: 'path',
  clusterId: 'a',
  verb,
  path: of,
});
const review = (name: string, group: string) => resource('create', '', { resource: name, group });

const table: ReadonlyArray<readonly [string, TokenScope | undefined, RequestAttributes, boolean]> = [
  ['no scope covers everything', undefined, resource('delete', ''), true],
  ['an empty scope restricts nothing', {}, resource('delete', ''), true],
  ['a verb that is named', { verbs: ['get', 'list'] }, resource('list', 'x'), true],
  ['a verb that is not named', { verbs: ['get', 'list'] }, resource('watch', 'x'), false],
  ['every verb', { verbs: ['*'] }, resource('watch', 'x'), true],
  ['no verb at all', { verbs: [] }, resource('get', 'x'), false],
  ['a namespace that is named', { namespaces: ['x'] }, resource('delete', 'x'), true],
  ['a namespace that is not named', { namespaces: ['x'] }, resource('get', 'y'), false],
  ['all namespaces together', { namespaces: ['x'] }, resource('list', ''), false],
  ['a namespace by an empty name', { namespaces: [''] }, resource('list', ''), false],
  ['no star stands for namespaces', { namespaces: ['*'] }, resource('get', 'x'), false],
  ['a path, of a token for namespaces', { namespaces: ['x'] }, path('get', '/metrics'), false],
  ['a path, of a token for verbs', { verbs: ['get'] }, path('get', '/metrics'), true],
  ['discovery', { namespaces: [], verbs: [] }, path('get', '/apis/batch/v1'), true],
  ['discovery of another cluster', { clusters: ['b'] }, path('get', '/apis/batch/v1'), false],
  ['who am I', { verbs: ['get'] }, review('selfsubjectreviews', 'authentication.k8s.io'), true],
  ['may I', { verbs: ['get'] }, review('selfsubjectaccessreviews', 'authorization.k8s.io'), true],
  ['may somebody', { verbs: ['get'] }, review('subjectaccessreviews', 'authorization.k8s.io'), false],
  ['a cluster that is named', { clusters: ['a'] }, resource('get', 'x'), true],
  ['a cluster that is not named', { clusters: ['b'] }, resource('get', 'x'), false],
];

describe('what the scope of a token covers', () => {
  test.for(table)('%s', ([, scope, attributes, expected]) => {
    expect(withinScope(scope, attributes)).toBe(expected);
  });
});

test.for<readonly [TokenScope | undefined, TokenScope | undefined, TokenScope | undefined]>([
  [undefined, undefined, undefined],
  [{ verbs: ['get'] }, undefined, { verbs: ['get'] }],
  [undefined, { namespaces: ['x'] }, { namespaces: ['x'] }],
  [{ verbs: ['get', 'list'] }, { verbs: ['list', 'watch'] }, { verbs: ['list'] }],
  [{ verbs: ['*'] }, { verbs: ['list'] }, { verbs: ['list'] }],
  [
    { verbs: ['get'], clusters: ['a'] },
    { namespaces: ['x'], clusters: ['b'] },
    { verbs: ['get'], namespaces: ['x'], clusters: [] },
  ],
])('what is common to two scopes is no more than either of them: %j and %j', ([first, second, expected]) => {
  expect(commonScope(first, second)).toEqual(expected);
});
