import type { Container, PodSpec } from '@berth/kinds';

/** How one attempt of a container ended. */
export interface Termination {
  readonly containerId: string;
  /** 128 + signal after a signal. */
  readonly exitCode: number;
  /** `Completed`, `Error`, `OOMKilled`, `StartError`, … */
  readonly reason: string;
  readonly message?: string;
  /** Absent where it never started. */
  readonly startedAt?: Date;
  readonly finishedAt: Date;
}

/** Why the node ended a container that is to run again: `failed` counts as a failure, `changed` restarts whatever the policies say. */
export type RestartCause = 'failed' | 'changed';

export type ContainerPhase =
  | { readonly type: 'starting' }
  /** It cannot start. `retry` when new inputs may help. */
  | { readonly type: 'blocked'; readonly reason: string; readonly message?: string; readonly retry: boolean }
  | {
      readonly type: 'running';
      readonly startedAt: Date;
      /** Its startup probe succeeded, or it has none. */
      readonly started: boolean;
      readonly ready: boolean;
    }
  | {
      readonly type: 'exited';
      readonly termination: Termination;
      readonly restart?: RestartCause;
    };

/** What is known of a container that was at least tried to start. */
export interface ContainerRecord {
  /** 0 for the first run; each restart counts up. */
  readonly attempt: number;
  readonly containerId: string;
  /** What it was made of, as its pod named it then. */
  readonly image?: string;
  /** The delay that the next restart waits after this attempt's end; 0 when it may follow at once. */
  readonly backoffMs: number;
  readonly phase: ContainerPhase;
  /** The end of the attempt before this one. */
  readonly previous?: Termination;
}

type ContainerRole = 'init' | 'sidecar' | 'main';

/** A container with the part that it has in its pod's life. */
export interface PodContainer {
  readonly container: Container;
  readonly role: ContainerRole;
}

/**
 * The containers of a pod in starting order. Sidecars are init containers that restart always.
 * https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/
 */
export function podContainers(spec: PodSpec): PodContainer[] {
  const init = (spec.initContainers ?? []).map(
    (container): PodContainer => ({
      container,
      role: container.restartPolicy === 'Always' ? 'sidecar' : 'init',
    }),
  );
  const main = (spec.containers ?? []).map((container): PodContainer => ({ container, role: 'main' }));
  return [...init, ...main];
}
