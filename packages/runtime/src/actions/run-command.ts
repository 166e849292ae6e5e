/** What became of a command that was run in a container. */
export type CommandOutcome =
  | { readonly type: 'exited'; readonly exitCode: number; readonly output: string }
  | { readonly type: 'timed-out'; readonly output: string }
  /** It could not be run at all. */
  | { readonly type: 'failed'; readonly message: string };

export interface CommandOptions {
  /** Its process group is killed when this is over. 0 is without an end. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Runs a command beside a container's own, in its file system and environment. Both outputs together, at most their first 10 KiB. */
export type RunCommand = (
  container: string,
  command: readonly string[],
  options: CommandOptions,
) => Promise<CommandOutcome>;
