/** What of a request decides where it is served. `path` counts for requests that are about no resource. */
export interface FlowRequest {
  readonly username: string;
  readonly groups: readonly string[];
  /** As in authorization: `get`, `list`, …; for paths the method in lower case. */
  readonly verb: string;
  readonly target: ResourceTarget | PathTarget;
}

export interface ResourceTarget {
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  /** '' for cluster-scoped resources and requests over all namespaces. */
  readonly namespace: string;
}

export interface PathTarget {
  readonly path: string;
}
