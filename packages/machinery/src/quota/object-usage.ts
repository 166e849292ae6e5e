/**
 * What one object uses of what quotas and plans limit. Beside its amounts, every object counts as one of
 * `count/<resource>`.
 */
export interface ObjectUsage {
  /** What the scopes of quotas select by: `NotTerminating`, `PriorityClass=high`. Without spaces. */
  readonly tags: readonly string[];
  /** Quantities by counter: `pods`, `requests.cpu`. Zero amounts may be left out. */
  readonly amounts: Readonly<Record<string, string>>;
  /**
   * Containers that do not say how much they take, by counter. A quota of the counter refuses to create the object, because
   * it could not be held to it.
   */
  readonly unspecified?: Readonly<Record<string, readonly string[]>>;
  /**
   * What no other object of the cluster may hold at the same time: an address, a port. What begins with `machine/` no
   * other object of any cluster may hold.
   */
  readonly holds?: readonly string[];
}

/** The usage of objects that are only counted. */
export const countedOnly: ObjectUsage = { tags: [], amounts: {} };

/** The counter of the objects of a resource: `count/jobs.batch`. */
export function objectCounter(resource: string): string {
  return `count/${resource}`;
}
