import type { Terminal } from './shell/terminal.ts';

/** What a command has of the world outside: tests pass their own. */
export interface CliContext {
  readonly terminal: Terminal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Folder against which paths are read. */
  readonly directory: string;
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<void>;
}
