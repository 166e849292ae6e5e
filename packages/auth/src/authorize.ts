import { isBasicAccess } from './basic-access.ts';
import { groupMasters, type Identity, nodeNameOf, systemClusterId } from './identity.ts';
import { authorizeNode } from './authorize-node.ts';
import { withinScope } from './token-scope.ts';

/** What a request wants to do; the subject of every authorization decision. */
export type RequestAttributes = ResourceAttributes | PathAttributes;

interface AttributesOfAll {
  /** The cluster the request is about. */
  readonly clusterId: string;
  /** `get`, `list`, `watch`, `create`, …; for paths the lower-case HTTP method. */
  readonly verb: string;
}

export interface ResourceAttributes extends AttributesOfAll {
  readonly type: 'resource';
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  /** '' for cluster-scoped resources and for requests over all namespaces. */
  readonly namespace: string;
  /** '' where the request names no object. */
  readonly name: string;
}

export interface PathAttributes extends AttributesOfAll {
  readonly type: 'path';
  readonly path: string;
}

export interface Decision {
  readonly allowed: boolean;
  /** Why; '' where there is nothing to add to the refusal. */
  readonly reason: string;
}

/**
 * The one place that decides who may do what. Administrators of a cluster may do everything in it, those of the system
 * cluster everything everywhere; nodes of the fleet what running pods needs; every identity may discover its own
 * cluster's API and review itself. Everything else is refused. A scoped token may do only what its scope covers.
 */
export function authorize(identity: Identity, attributes: RequestAttributes): Decision {
  if (!withinScope(identity.scope, attributes)) return refused("the token's scope does not cover it");
  const isMaster = identity.groups.includes(groupMasters);
  if (isMaster && identity.clusterId === systemClusterId) return allowed('administrator of the fleet');
  const nodeName = nodeNameOf(identity);
  if (nodeName !== undefined && authorizeNode(nodeName, attributes)) return allowed('node of the fleet');
  if (identity.clusterId !== attributes.clusterId && nodeName === undefined) {
    return refused(`the token is for cluster "${identity.clusterId}", not "${attributes.clusterId}"`);
  }
  if (isMaster) return allowed('administrator of the cluster');
  return isBasicAccess(attributes) ? allowed('open to every identity of the cluster') : refused('');
}

function allowed(reason: string): Decision {
  return { allowed: true, reason };
}

function refused(reason: string): Decision {
  return { allowed: false, reason };
}
