import type { Balancer } from './balancer.ts';

/** Listens on a port of a Service while there is something behind it: otherwise the system refuses what comes. */
export interface Listener {
  /** Begins or ends to listen, by what the balancer has. What goes on already goes on. */
  settle(): void;
  /** Listens no more. */
  close(): void;
}

export interface ListenerOptions {
  readonly balancer: Balancer;
  readonly onListening: () => void;
  /** Why the port cannot be had: somebody else has it. */
  readonly onRefused: (error: NodeJS.ErrnoException) => void;
}
