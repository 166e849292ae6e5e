import type { Pod } from '@berth/kinds';
import type { Clock } from '../clock.ts';
import type { AttemptKey, ContainerDriver, ContainerLaunch, LaunchOutcome } from '../pod/container-driver.ts';
import { type ContainerRecord, podContainers, type Termination } from '../pod/container-record.ts';
import { containerScript, exitCodeOf } from './script.ts';

export interface SimulatedPodOptions {
  readonly clock: Clock;
  readonly onEnded: (key: AttemptKey, how: Termination) => void;
  readonly onReady: (key: AttemptKey) => void;
}

interface Running {
  readonly attempt: number;
  readonly containerId: string;
  readonly startedAt: Date;
  readonly cancel: () => void;
}

/** Plays the containers of one pod: no process, only times. */
export class SimulatedPod implements ContainerDriver {
  readonly #options: SimulatedPodOptions;
  readonly #running = new Map<string, Running>();
  #isClosed = false;

  constructor(options: SimulatedPodOptions) {
    this.#options = options;
  }

  /** Goes on with containers that ran before this agent started. */
  resume(pod: Pod, records: ReadonlyMap<string, ContainerRecord>): void {
    for (const podContainer of podContainers(pod.spec ?? {})) {
      const record = records.get(podContainer.container.name);
      if (record?.phase.type !== 'running') continue;
      const { attempt, containerId, phase } = record;
      this.#play({ pod, podContainer, attempt }, { containerId, startedAt: phase.startedAt });
    }
  }

  async launch(launch: ContainerLaunch): Promise<LaunchOutcome> {
    const { pod, podContainer, attempt } = launch;
    const { clock } = this.#options;
    const script = containerScript(pod, podContainer);
    if (script.waitingReason !== undefined) {
      return {
        type: 'blocked',
        reason: script.waitingReason,
        message: 'as its pod is annotated',
        retry: false,
      };
    }
    await new Promise<void>((resolve) => {
      clock.at(new Date(clock.now().getTime() + script.startDelayMs), resolve);
    });
    const startedAt = clock.now();
    const { uid = '' } = pod.metadata;
    const containerId = `simulated://${uid}/${podContainer.container.name}/${attempt}`;
    this.#play({ pod, podContainer, attempt }, { containerId, startedAt });
    return { type: 'running', containerId, startedAt, started: true, ready: script.readyAfterSeconds === 0 };
  }

  /** A simulated container obeys at once. */
  signal({ container, attempt }: AttemptKey, signal: string): void {
    if (this.#running.get(container)?.attempt === attempt) {
      this.#end({ container, attempt }, signal === 'SIGKILL' ? 137 : 143);
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const { cancel } of this.#running.values()) cancel();
    this.#running.clear();
  }

  #play(
    { pod, podContainer, attempt }: Pick<ContainerLaunch, 'pod' | 'podContainer' | 'attempt'>,
    { containerId, startedAt }: { readonly containerId: string; readonly startedAt: Date },
  ): void {
    if (this.#isClosed) return;
    const { clock, onReady } = this.#options;
    const script = containerScript(pod, podContainer);
    const key = { container: podContainer.container.name, attempt };
    const after = (seconds: number, fire: () => void) =>
      clock.at(new Date(startedAt.getTime() + seconds * 1000), fire);
    const cancels: Array<() => void> = [];
    if (script.readyAfterSeconds !== undefined && script.readyAfterSeconds > 0) {
      cancels.push(after(script.readyAfterSeconds, () => onReady(key)));
    }
    if (script.runSeconds !== undefined) {
      cancels.push(after(script.runSeconds, () => this.#end(key, exitCodeOf(script, attempt))));
    }
    const cancel = () => {
      for (const each of cancels) each();
    };
    this.#running.set(key.container, { attempt, containerId, startedAt, cancel });
  }

  #end(key: AttemptKey, exitCode: number): void {
    const running = this.#running.get(key.container);
    if (running?.attempt !== key.attempt) return;
    running.cancel();
    this.#running.delete(key.container);
    const { containerId, startedAt } = running;
    const reason = exitCode === 0 ? 'Completed' : 'Error';
    this.#options.onEnded(key, {
      containerId,
      exitCode,
      reason,
      startedAt,
      finishedAt: this.#options.clock.now(),
    });
  }
}
