import type { Pod, PodSpec } from '@berth/kinds';
import type { ContainerActions } from '../pod/container-actions.ts';
import type { AttemptKey, ContainerDriver, ContainerLaunch, LaunchOutcome } from '../pod/container-driver.ts';
import { PodMachine } from '../pod/pod-machine.ts';
import type { ContainerRecord } from '../pod/container-record.ts';
import type { RuntimeEvent } from '../pod-runtime.ts';
import { initialHealth } from '../probes/container-health.ts';
import type { ProbeOutcome } from '../probes/run-probe.ts';
import { FakeClock } from './fake-clock.ts';

export interface ScriptedPodOptions {
  readonly spec: PodSpec;
  readonly status?: Pod['status'];
  readonly records?: ReadonlyMap<string, ContainerRecord>;
  /** What the probe of a container comes to; by default it succeeds. */
  readonly probe?: (container: string, kind: string) => ProbeOutcome;
  /** How long a hook of a container takes, and whether it fails. */
  readonly hook?: (container: string) => { readonly seconds: number; readonly fails?: boolean };
  /** Whether a container obeys its stop signal; by default each does. */
  readonly obeys?: (container: string) => boolean;
}

/** A pod machine whose containers, probes and hooks are scripted, on a clock that stands still. */
export class ScriptedPod {
  readonly clock = new FakeClock();
  readonly events: Array<Omit<RuntimeEvent, 'podUid'>> = [];
  /** What happened, with the seconds since the beginning. */
  readonly journal: string[] = [];
  readonly machine: PodMachine;
  readonly pod: Pod;
  readonly #options: ScriptedPodOptions;
  readonly #begun = this.clock.now().getTime();

  constructor(options: ScriptedPodOptions) {
    this.#options = options;
    this.pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'ns', uid: 'u' },
      spec: { restartPolicy: 'Always', terminationGracePeriodSeconds: 30, ...options.spec },
      ...(options.status === undefined ? {} : { status: options.status }),
    };
    this.machine = new PodMachine({
      pod: this.pod,
      driver: this.#driver(),
      actions: this.#actions(),
      clock: this.clock,
      podIp: '127.0.0.9',
      ...(options.records === undefined ? {} : { records: options.records }),
      onChange: () => {},
      onEvent: (event) => this.events.push(event),
      onError: (error) => {
        throw error;
      },
    });
  }

  async begin(): Promise<void> {
    this.machine.activate(this.pod);
    await this.clock.advance(0);
  }

  /** A container ends by itself. */
  async end(container: string, exitCode: number): Promise<void> {
    this.#end({ container, attempt: this.machine.record(container)?.attempt ?? 0 }, exitCode);
    await this.clock.advance(0);
  }

  status(container: string) {
    return this.machine.observe().containers.find(({ name }) => name === container)?.status;
  }

  messages(reason: string): string[] {
    return this.events.filter((event) => event.reason === reason).map(({ message }) => message);
  }

  #note(what: string): void {
    this.journal.push(`${(this.clock.now().getTime() - this.#begun) / 1000}s ${what}`);
  }

  #driver(): ContainerDriver {
    return {
      launch: ({ podContainer, attempt }: ContainerLaunch): Promise<LaunchOutcome> => {
        const { name } = podContainer.container;
        this.#note(`start ${name}#${attempt}`);
        const containerId = `scripted://${name}/${attempt}`;
        const health = initialHealth(podContainer.container);
        return Promise.resolve({ type: 'running', containerId, startedAt: this.clock.now(), ...health });
      },
      signal: (key, signal) => {
        this.#note(`${signal} ${key.container}#${key.attempt}`);
        const obeys = this.#options.obeys?.(key.container) ?? true;
        if (signal === 'SIGKILL') this.#end(key, 137);
        else if (obeys) this.#end(key, 143);
      },
    };
  }

  #actions(): ContainerActions {
    const { probe, hook } = this.#options;
    return {
      random: () => 0.5,
      runCommand: () => Promise.resolve({ type: 'failed', message: 'nothing runs here' }),
      runProbe: (spec, { container }) => {
        const { startupProbe, livenessProbe } = container;
        const kind = spec === startupProbe ? 'startup' : spec === livenessProbe ? 'liveness' : 'readiness';
        this.#note(`${kind} ${container.name}`);
        return Promise.resolve(probe?.(container.name, kind) ?? { type: 'success' });
      },
      runHook: (handler, { container, clock, signal }) =>
        new Promise((resolve) => {
          const { seconds, fails = false } = hook?.(container.name) ?? { seconds: 0 };
          const which = handler === container.lifecycle?.preStop ? 'preStop' : 'postStart';
          this.#note(`${which} ${container.name}`);
          const done = () => resolve(fails ? 'it failed' : undefined);
          const cancel = clock.at(new Date(clock.now().getTime() + seconds * 1000), done);
          signal.addEventListener('abort', () => {
            cancel();
            this.#note(`${which} ${container.name} cut off`);
            resolve('cut off');
          });
        }),
    };
  }

  #end(key: AttemptKey, exitCode: number): void {
    const record = this.machine.record(key.container);
    this.machine.ended(key, {
      containerId: `scripted://${key.container}/${key.attempt}`,
      exitCode,
      reason: exitCode === 0 ? 'Completed' : 'Error',
      ...(record?.phase.type === 'running' ? { startedAt: record.phase.startedAt } : {}),
      finishedAt: this.clock.now(),
    });
  }
}
