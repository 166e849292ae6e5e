import type { Clock } from '../clock.ts';
import type { HookHandler } from '../hooks/run-hook.ts';
import type { ContainerActions } from './container-actions.ts';
import type { PodContainer } from './container-record.ts';
import type { PodEvents } from './pod-events.ts';

export interface PodHooksOptions {
  readonly actions: ContainerActions | undefined;
  readonly clock: Clock;
  readonly events: PodEvents;
  readonly host: () => string;
}

/** Runs the lifecycle hooks of one pod's containers, at most one for each container at a time. */
export class PodHooks {
  readonly #options: PodHooksOptions;
  readonly #running = new Map<string, AbortController>();

  constructor(options: PodHooksOptions) {
    this.#options = options;
  }

  /** False where the container has such a hook and it failed. */
  async postStart(podContainer: PodContainer): Promise<boolean> {
    const failure = await this.#run(podContainer, podContainer.container.lifecycle?.postStart);
    // Not the message: it may hold what whoever reads Events is not to see.
    if (failure !== undefined) {
      this.#options.events.warning(podContainer, ['FailedPostStartHook', 'PostStartHook failed']);
    }
    return failure === undefined;
  }

  async preStop(podContainer: PodContainer): Promise<void> {
    const failure = await this.#run(podContainer, podContainer.container.lifecycle?.preStop);
    if (failure !== undefined) {
      this.#options.events.warning(podContainer, ['FailedPreStopHook', 'PreStopHook failed']);
    }
  }

  /** Ends the hook of a container that has ended, or whose time is over. */
  abort(container: string): void {
    this.#running.get(container)?.abort();
  }

  abortAll(): void {
    for (const controller of this.#running.values()) controller.abort();
  }

  async #run({ container }: PodContainer, handler: HookHandler | undefined): Promise<string | undefined> {
    const { actions, clock, host } = this.#options;
    if (handler === undefined || actions === undefined) return undefined;
    const controller = new AbortController();
    this.abort(container.name);
    this.#running.set(container.name, controller);
    const { runCommand, runHook } = actions;
    try {
      return await runHook(handler, {
        container,
        host: host(),
        runCommand,
        clock,
        signal: controller.signal,
      });
    } finally {
      if (this.#running.get(container.name) === controller) this.#running.delete(container.name);
    }
  }
}
