/** An object that a token stands and falls with. */
export interface TokenDependency {
  readonly clusterId: string;
  /** As the store names it: `pods`, `tokens.access.berth.dev`. */
  readonly resource: string;
  /** '' for cluster-scoped objects. */
  readonly namespace: string;
  readonly name: string;
  /** A later object of the same name is another one. */
  readonly uid: string;
  /** For how long after its deletion timestamp the object still carries the token. */
  readonly graceMs: number;
}

/** What is found where a dependency should be. */
export interface DependencyState {
  readonly uid: string;
  /** `metadata.deletionTimestamp`, if it is being deleted. */
  readonly deletedAt?: Date;
}

/** Whether a dependency still carries its token. */
export function carriesToken(
  { uid, graceMs }: TokenDependency,
  found: DependencyState | undefined,
  now: Date,
): boolean {
  if (found === undefined || found.uid !== uid) return false;
  return found.deletedAt === undefined || found.deletedAt.getTime() + graceMs >= now.getTime();
}
