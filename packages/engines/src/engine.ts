/** A running database server that this process started. */
export interface Engine {
  /** How clients connect: `postgres://…` or `redis://…`, always on 127.0.0.1. */
  readonly url: string;
  readonly pid: number;
  /** Resolves when the server has ended, whoever ended it. */
  readonly exited: Promise<void>;
  /** Ends the server in order: connections are closed, data is flushed. Idempotent. */
  stop(): Promise<void>;
}

/** Receives what the server prints, a line at a time. */
export type EngineLog = (line: string) => void;
