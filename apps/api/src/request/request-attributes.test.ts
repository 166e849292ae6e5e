import { describe, expect, test } from 'vitest';
import { splitClusterPath } from './cluster-path.ts';
import { requestAttributesOf } from './request-attributes.ts';

/** method, path → `verb group/version resource/subresource namespace/name` */
const table: ReadonlyArray<readonly [string, string, string]> = [
  ['GET', '/api/v1/pods', 'list /v1 pods/ /'],
  ['GET', '/api/v1/namespaces/ns/pods', 'list /v1 pods/ ns/'],
  ['POST', '/api/v1/namespaces/ns/pods', 'create /v1 pods/ ns/'],
  ['GET', '/api/v1/namespaces/ns/pods/web', 'get /v1 pods/ ns/web'],
  ['HEAD', '/api/v1/namespaces/ns/pods/web', 'get /v1 pods/ ns/web'],
  ['PUT', '/api/v1/namespaces/ns/pods/web/status', 'update /v1 pods/status ns/web'],
  ['PATCH', '/apis/batch/v1/namespaces/ns/jobs/j', 'patch batch/v1 jobs/ ns/j'],
  ['DELETE', '/apis/batch/v1/namespaces/ns/jobs/j', 'delete batch/v1 jobs/ ns/j'],
  ['DELETE', '/apis/batch/v1/namespaces/ns/jobs', 'deletecollection batch/v1 jobs/ ns/'],
  ['GET', '/api/v1/namespaces', 'list /v1 namespaces/ /'],
  ['GET', '/api/v1/namespaces/ns', 'get /v1 namespaces/ ns/ns'],
  ['PUT', '/api/v1/namespaces/ns/finalize', 'update /v1 namespaces/finalize ns/ns'],
  ['PATCH', '/api/v1/namespaces/ns/status', 'patch /v1 namespaces/status ns/ns'],
  ['GET', '/api/v1/nodes/n1/proxy/logs/a', 'get /v1 nodes/proxy /n1'],
  ['GET', '/api/v1/namespaces/ns/configmaps/a%2Fb', 'get /v1 configmaps/ ns/a/b'],
  ['GET', '/apis/batch/v1', 'get path /apis/batch/v1'],
  ['GET', '/api/v1', 'get path /api/v1'],
  ['GET', '/livez/ping', 'get path /livez/ping'],
  ['POST', '/nowhere/v1/x/y', 'post path /nowhere/v1/x/y'],
];

describe('a request line asks for one verb on one thing', () => {
  test.for(table)('%s %s → %s', ([method, path, expected]) => {
    const found = requestAttributesOf({ clusterId: 'c', method, path, watch: false });
    const shown =
      found.type === 'path'
        ? `${found.verb} path ${found.path}`
        : `${found.verb} ${found.group}/${found.version} ${found.resource}/${found.subresource} ${found.namespace}/${found.name}`;
    expect(shown).toBe(expected);
    expect(found.clusterId).toBe('c');
  });
});

test('watch=true makes a read a watch', () => {
  const line = { clusterId: 'c', method: 'GET', path: '/api/v1/namespaces/ns/pods', watch: true };
  expect(requestAttributesOf(line).verb).toBe('watch');
});

test.for([
  ['/clusters/a/api/v1/pods', 'a', '/api/v1/pods'],
  ['/clusters/a', 'a', '/'],
  ['/clusters/a/', 'a', '/'],
  ['/clusters/', undefined, '/clusters/'],
  ['/api/v1/pods', undefined, '/api/v1/pods'],
  ['/clusters/a/clusters/b/api', 'a', '/clusters/b/api'],
] as const)('%s is cluster %s at %s', ([whole, clusterId, path]) => {
  expect(splitClusterPath(whole)).toEqual({ clusterId, path });
});
