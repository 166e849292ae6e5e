import type { RequestAttributes, ResourceAttributes } from '@berth/auth';
import { decodePathPart } from './cluster-path.ts';

const bodyVerbs = new Map([
  ['POST', 'create'],
  ['PUT', 'update'],
  ['PATCH', 'patch'],
]);

/** Parts of a request line, the path as {@link splitClusterPath} leaves it. */
export interface RequestLine {
  readonly clusterId: string;
  readonly method: string;
  readonly path: string;
  /** `watch=true` (or `1`) in the query. */
  readonly watch: boolean;
}

/**
 * What a request line asks for: a verb on a resource, or a plain path.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris
 */
export function requestAttributesOf(line: RequestLine): RequestAttributes {
  const parts = line.path.split('/').filter((part) => part !== '');
  const isCore = parts[0] === 'api';
  const resourceParts = parts.slice(isCore ? 2 : 3);
  if ((!isCore && parts[0] !== 'apis') || resourceParts.length === 0) {
    const { clusterId, path } = line;
    return { type: 'path', clusterId, verb: line.method.toLowerCase(), path };
  }
  const target = targetOf(resourceParts.map(decodePathPart));
  return {
    type: 'resource',
    clusterId: line.clusterId,
    verb: verbOf(line, target.name),
    group: isCore ? '' : decodePathPart(parts[1] ?? ''),
    version: decodePathPart(parts[isCore ? 1 : 2] ?? ''),
    ...target,
  };
}

type Target = Pick<ResourceAttributes, 'namespace' | 'resource' | 'name' | 'subresource'>;

/** Subresources of a namespace itself, which otherwise look like resources in it. */
const namespaceSubresources = new Set(['status', 'finalize']);

function targetOf(parts: readonly string[]): Target {
  const [first = '', second = '', third, ...rest] = parts;
  if (first === 'namespaces' && second !== '' && third !== undefined && !namespaceSubresources.has(third)) {
    const [name = '', ...subresource] = rest;
    return { namespace: second, resource: third, name, subresource: subresource.join('/') };
  }
  // What stands behind a proxy's path is for whoever it leads to.
  const below = third === 'proxy' ? [] : rest;
  return {
    // Upstream: a namespace is in itself, so that a role in it may read it.
    namespace: first === 'namespaces' ? second : '',
    resource: first,
    name: second,
    subresource: [...(third === undefined ? [] : [third]), ...below].join('/'),
  };
}

function verbOf({ method, watch }: RequestLine, name: string): string {
  const bodyVerb = bodyVerbs.get(method);
  if (bodyVerb !== undefined) return bodyVerb;
  if (method === 'DELETE') return name === '' ? 'deletecollection' : 'delete';
  if (method !== 'GET' && method !== 'HEAD') return method.toLowerCase();
  if (watch) return 'watch';
  return name === '' ? 'list' : 'get';
}
