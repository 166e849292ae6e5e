import type { Container } from '@berth/kinds';

/** What probes have to say of a running container. */
export interface ContainerHealth {
  /** Its startup probe succeeded, or it has none. */
  readonly started: boolean;
  /** It is started, and its readiness probe says so, or it has none. */
  readonly ready: boolean;
}

/** Before any probe ran: what has a probe to pass has not passed it. */
export function initialHealth({ startupProbe, readinessProbe }: Container): ContainerHealth {
  const started = startupProbe === undefined;
  return { started, ready: started && readinessProbe === undefined };
}
