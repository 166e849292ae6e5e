import type { Pod } from '@berth/kinds';
import type { Clock } from '../clock.ts';
import type { AttemptKey, ContainerDriver, ContainerLaunch, LaunchOutcome } from '../pod/container-driver.ts';
import { type ContainerRecord, podContainers, type Termination } from '../pod/container-record.ts';
import type { ContainerHealth } from '../probes/container-health.ts';
import { type PodUsage, totalUsage } from '../usage/usage.ts';
import { type ContainerScript, containerScript, exitCodeOf } from './script.ts';

export interface SimulatedPodOptions {
  readonly clock: Clock;
  readonly onEnded: (key: AttemptKey, how: Termination) => void;
  readonly onHealth: (key: AttemptKey, health: ContainerHealth) => void;
  readonly onUnhealthy: (key: AttemptKey) => void;
}

interface Running {
  readonly attempt: number;
  readonly containerId: string;
  readonly startedAt: Date;
  script: ContainerScript;
  readonly cancels: Array<() => void>;
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

  /** Takes what changed annotations say of the containers that run now. */
  update(pod: Pod): void {
    for (const podContainer of podContainers(pod.spec ?? {})) {
      const { name } = podContainer.container;
      const running = this.#running.get(name);
      if (running === undefined) continue;
      running.script = containerScript(pod, podContainer);
      this.#options.onHealth({ container: name, attempt: running.attempt }, this.#health(running));
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
    const running = this.#play({ pod, podContainer, attempt }, { containerId, startedAt });
    return { type: 'running', containerId, startedAt, ...this.#health(running) };
  }

  /** A simulated container obeys after its `stop-seconds`. */
  signal(key: AttemptKey, signal: string): void {
    const running = this.#running.get(key.container);
    if (running?.attempt !== key.attempt) return;
    const { stopSeconds } = running.script;
    if (signal === 'SIGKILL') this.#end(key, 137);
    else if (stopSeconds === 0) this.#end(key, 143);
    else if (stopSeconds !== undefined) {
      const at = new Date(this.#options.clock.now().getTime() + stopSeconds * 1000);
      running.cancels.push(this.#options.clock.at(at, () => this.#end(key, 143)));
    }
  }

  /** What its containers are said to use. */
  usage(): PodUsage {
    const at = this.#options.clock.now();
    const containers = [...this.#running].map(([name, { script, startedAt }]) => {
      const seconds = (at.getTime() - startedAt.getTime()) / 1000;
      const { cpuMillis, memoryBytes } = script;
      return {
        name,
        startedAt,
        cpuNanoSeconds: cpuMillis * 1_000_000 * seconds,
        memoryBytes,
        workingSetBytes: memoryBytes,
        rssBytes: memoryBytes,
        pageFaults: 0,
        majorPageFaults: 0,
        processes: 1,
        logBytes: 0,
        writtenBytes: 0,
      };
    });
    return { at, containers, total: totalUsage(containers), volumes: [] };
  }

  close(): void {
    this.#isClosed = true;
    for (const { cancels } of this.#running.values()) for (const cancel of cancels) cancel();
    this.#running.clear();
  }

  #play(
    { pod, podContainer, attempt }: Pick<ContainerLaunch, 'pod' | 'podContainer' | 'attempt'>,
    { containerId, startedAt }: { readonly containerId: string; readonly startedAt: Date },
  ): Running {
    const script = containerScript(pod, podContainer);
    const running: Running = { attempt, containerId, startedAt, script, cancels: [] };
    if (this.#isClosed) return running;
    const { clock, onHealth, onUnhealthy } = this.#options;
    const key = { container: podContainer.container.name, attempt };
    const after = (seconds: number | undefined, fire: () => void) => {
      if (seconds === undefined) return;
      running.cancels.push(clock.at(new Date(startedAt.getTime() + seconds * 1000), fire));
    };
    // What holds from the beginning needs no timer.
    const later = (seconds: number | undefined) => (seconds === 0 ? undefined : seconds);
    const tellHealth = () => onHealth(key, this.#health(running));
    after(later(script.startedAfterSeconds), tellHealth);
    after(later(script.readyAfterSeconds), tellHealth);
    after(later(script.unreadyAfterSeconds), tellHealth);
    after(script.livenessFailsAfterSeconds, () => onUnhealthy(key));
    after(script.runSeconds, () => this.#end(key, exitCodeOf(script, attempt)));
    this.#running.set(key.container, running);
    return running;
  }

  #health({ script, startedAt }: Running): ContainerHealth {
    const seconds = (this.#options.clock.now().getTime() - startedAt.getTime()) / 1000;
    const isPast = (time: number | undefined) => time !== undefined && seconds >= time;
    const started = isPast(script.startedAfterSeconds);
    const byTime = isPast(script.readyAfterSeconds) && !isPast(script.unreadyAfterSeconds);
    return { started, ready: started && (script.ready ?? byTime) };
  }

  #end(key: AttemptKey, exitCode: number): void {
    const running = this.#running.get(key.container);
    if (running?.attempt !== key.attempt) return;
    for (const cancel of running.cancels) cancel();
    this.#running.delete(key.container);
    const { containerId, startedAt, script } = running;
    const { exitReason, terminationMessage } = script;
    this.#options.onEnded(key, {
      containerId,
      exitCode,
      reason: exitReason ?? (exitCode === 0 ? 'Completed' : 'Error'),
      ...(terminationMessage === undefined ? {} : { message: terminationMessage }),
      startedAt,
      finishedAt: this.#options.clock.now(),
    });
  }
}
