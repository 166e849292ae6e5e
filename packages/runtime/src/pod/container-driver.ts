import type { Pod } from '@berth/kinds';
import type { PodContainer, Termination } from './container-record.ts';

/** One attempt to run a container. */
export interface ContainerLaunch {
  readonly pod: Pod;
  readonly podContainer: PodContainer;
  readonly attempt: number;
  readonly backoffMs: number;
  readonly previous: Termination | undefined;
}

export type LaunchOutcome =
  | {
      readonly type: 'running';
      readonly containerId: string;
      readonly startedAt: Date;
      readonly started: boolean;
      readonly ready: boolean;
      /** What its pod's owner should know of it, as an Event of type Warning. */
      readonly warning?: { readonly reason: string; readonly message: string };
    }
  /** It was created but could not start. */
  | { readonly type: 'failed'; readonly termination: Termination }
  /** It was not created; `event` where the reason is not the container's own. */
  | {
      readonly type: 'blocked';
      readonly reason: string;
      readonly message?: string;
      readonly retry: boolean;
      readonly event?: { readonly reason: string; readonly message: string };
    };

/** Which attempt of which container of a pod. */
export interface AttemptKey {
  readonly container: string;
  readonly attempt: number;
}

/** What actually runs the containers of one pod. */
export interface ContainerDriver {
  /** Resolves once the container runs or cannot. It ends by {@link PodMachine.ended}, never before this resolved. */
  launch(launch: ContainerLaunch): Promise<LaunchOutcome>;
  /** @param signal as `lifecycle.stopSignal` names it: `SIGTERM`, `SIGRTMIN+3`. */
  signal(key: AttemptKey, signal: string): void;
}
