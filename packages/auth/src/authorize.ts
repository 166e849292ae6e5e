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
 * What follows from who asks, whatever the cluster's RBAC objects say; undefined where they decide. Administrators of a
 * cluster may do everything in it, those of the system cluster everything everywhere; nodes of the fleet what running pods
 * needs. A scoped token may do only what its scope covers.
 */
export function authorizeByIdentity(identity: Identity, attributes: RequestAttributes): Decision | undefined {
  if (!withinScope(identity.scope, attributes)) return refused("the token's scope does not cover it");
  const isMaster = identity.groups.includes(groupMasters);
  if (isMaster && identity.clusterId === systemClusterId) return allowed('administrator of the fleet');
  const nodeName = nodeNameOf(identity);
  if (nodeName !== undefined && authorizeNode(nodeName, attributes)) return allowed('node of the fleet');
  if (isMaster && identity.clusterId === attributes.clusterId) return allowed('administrator of the cluster');
  return undefined;
}

/** The refusal of who is not of the cluster that a request is about. */
export function refuseStranger(identity: Identity, clusterId: string): Decision {
  return refused(`the token is for cluster "${identity.clusterId}", not "${clusterId}"`);
}

function allowed(reason: string): Decision {
  return { allowed: true, reason };
}

function refused(reason: string): Decision {
  return { allowed: false, reason };
}
