import type { RequestAttributes } from '@berth/auth';
import type { AuditRule } from '@berth/kinds';
import { expect, test } from 'vitest';
import { matchesRule } from './match-rule.ts';

function resource(more: Partial<Extract<RequestAttributes, { type: 'resource' }>> = {}): RequestAttributes {
  const pods = { group: '', version: 'v1', resource: 'pods', subresource: '', namespace: 'a', name: 'p' };
  return { type: 'resource', clusterId: 'c', verb: 'get', ...pods, ...more };
}
const path = (of: string): RequestAttributes => ({ type: 'path', clusterId: 'c', verb: 'get', path: of });

test.for<[Partial<AuditRule>, RequestAttributes, boolean]>([
  [{}, resource(), true],
  [{}, path('/version'), true],
  [{ users: ['eve'] }, resource(), true],
  [{ users: ['adam'] }, resource(), false],
  [{ userGroups: ['x', 'devs'] }, resource(), true],
  [{ userGroups: ['ops'] }, resource(), false],
  [{ verbs: ['get'] }, resource(), true],
  [{ verbs: ['list'] }, resource(), false],
  [{ users: ['eve'], verbs: ['list'] }, resource(), false],
  [{ namespaces: ['a'] }, resource(), true],
  [{ namespaces: ['b'] }, resource(), false],
  [{ namespaces: [''] }, resource({ namespace: '' }), true],
  [{ namespaces: ['a'] }, path('/a'), false],
  [{ resources: [{}] }, resource(), true],
  [{ resources: [{ group: 'batch' }] }, resource(), false],
  [{ resources: [{ group: 'batch' }] }, resource({ group: 'batch', resource: 'jobs' }), true],
  [{ resources: [{ resources: ['pods'] }] }, resource(), true],
  [{ resources: [{ resources: ['pods'] }] }, resource({ subresource: 'log' }), false],
  [{ resources: [{ resources: ['pods/log'] }] }, resource({ subresource: 'log' }), true],
  [{ resources: [{ resources: ['pods/*'] }] }, resource({ subresource: 'log' }), true],
  [{ resources: [{ resources: ['pods/*'] }] }, resource(), false],
  [{ resources: [{ resources: ['*/log'] }] }, resource({ subresource: 'log' }), true],
  [{ resources: [{ resources: ['*'] }] }, resource({ subresource: 'log' }), true],
  [{ resources: [{ resources: ['pods'], resourceNames: ['p'] }] }, resource(), true],
  [{ resources: [{ resources: ['pods'], resourceNames: ['q'] }] }, resource(), false],
  [{ nonResourceURLs: ['/metrics'] }, path('/metrics'), true],
  [{ nonResourceURLs: ['/metrics'] }, path('/metrics/x'), false],
  [{ nonResourceURLs: ['/metrics*'] }, path('/metrics/x'), true],
  [{ nonResourceURLs: ['*'] }, resource(), false],
])('%j is about %j: %s', ([rule, attributes, expected]) => {
  const request = { username: 'eve', groups: ['devs'], attributes };
  expect(matchesRule({ level: 'Metadata', ...rule }, request)).toBe(expected);
});
