/** What OpenAPI documents need to know of one kind in one served version. */
export interface OpenApiResource {
  /** '' for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly listKind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** Full name of the message in the schema table. */
  readonly message: string;
  readonly verbs: readonly string[];
  readonly subresources: readonly OpenApiSubresource[];
}

export interface OpenApiSubresource {
  readonly name: string;
  readonly verbs: readonly string[];
  /** Where the body is of another kind than the parent. */
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
  /** Full name of that kind's message, where it is none of Kubernetes' own. */
  readonly message?: string;
}
