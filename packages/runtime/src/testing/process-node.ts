import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pod, PodSpec } from '@berth/kinds';
import { systemClock } from '../clock.ts';
import type {
  ContainerObservation,
  LogQuery,
  PodInputs,
  PodObservation,
  RuntimeEvent,
} from '../pod-runtime.ts';
import { detectMountNamespace } from '../process/mount-namespace.ts';
import { ProcessRuntime, type ProcessRuntimeOptions } from '../process/process-runtime.ts';

const noInputs: PodInputs = {
  configMaps: new Map(),
  secrets: new Map(),
  tokens: new Map(),
  claims: new Map(),
};

let pods = 0;

/** A pod with a uid of its own. */
export function podOf(spec: PodSpec): Pod {
  pods += 1;
  const uid = `uid-${process.pid}-${pods}`;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `pod-${pods}`, namespace: 'ns', uid },
    spec: { restartPolicy: 'Never', terminationGracePeriodSeconds: 2, ...spec },
  };
}

/** A container of one shell command. */
export const shell = (name: string, script: string) => ({
  name,
  image: 'any',
  command: ['/bin/sh', '-c', script],
});

/** A process runtime over a directory of its own, for tests with real processes. */
export class TestNode {
  readonly events: RuntimeEvent[] = [];
  readonly errors: unknown[] = [];
  readonly directory: string;
  #runtime: ProcessRuntime;
  readonly #waiting = new Set<() => void>();
  readonly #options: Partial<ProcessRuntimeOptions>;

  private constructor(directory: string, options: Partial<ProcessRuntimeOptions>) {
    this.directory = directory;
    this.#options = options;
    this.#runtime = this.#open();
  }

  /** @param existing the directory of an agent before this one. */
  static async start(options: Partial<ProcessRuntimeOptions> = {}, existing?: string): Promise<TestNode> {
    const directory = existing ?? (await mkdtemp(join(tmpdir(), 'berth-node-')));
    const mountNamespace = options.mountNamespace ?? (await detectMountNamespace());
    const node = new TestNode(directory, { ...options, mountNamespace });
    await node.runtime.recover();
    return node;
  }

  get runtime(): ProcessRuntime {
    return this.#runtime;
  }

  /** A new runtime over the same directory, as after a restart of the agent. */
  async restart(options: { stopPods: boolean }): Promise<void> {
    await this.#runtime.close(options);
    this.#runtime = this.#open();
    await this.#runtime.recover();
  }

  async run(pod: Pod, inputs: PodInputs = noInputs): Promise<void> {
    await this.#runtime.run('default', pod, inputs);
  }

  /** Waits until the pod looks as asked; what it looks like instead stands in the error after the deadline. */
  async until(
    pod: Pod,
    holds: (observation: PodObservation) => boolean,
    deadlineMs = 15_000,
  ): Promise<PodObservation> {
    const uid = pod.metadata.uid ?? '';
    const signal = AbortSignal.timeout(deadlineMs);
    for (;;) {
      const observation = this.#runtime.observe(uid);
      if (observation !== undefined && holds(observation)) return observation;
      if (signal.aborted) throw new Error(`still ${JSON.stringify(observation)}`);
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  stopped(pod: Pod): Promise<PodObservation> {
    return this.until(pod, ({ stopped }) => stopped);
  }

  running(pod: Pod): Promise<PodObservation> {
    return this.until(pod, ({ containers }) =>
      containers.every(({ status, kind }) => status.state?.running !== undefined || kind === 'init'),
    );
  }

  async log(pod: Pod, container: string, query: Partial<LogQuery> = {}): Promise<string> {
    const whole = { container, follow: false, previous: false, timestamps: false, ...query };
    const chunks: Uint8Array[] = [];
    const stream = this.#runtime.logs(pod.metadata.uid ?? '', whole, new AbortController().signal);
    for await (const chunk of stream) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  }

  /** Waits until a container has written something. */
  async wrote(pod: Pod, container: string, text: string): Promise<void> {
    const query = { container, follow: true, previous: false, timestamps: false };
    const signal = AbortSignal.timeout(15_000);
    let seen = '';
    for await (const chunk of this.#runtime.logs(pod.metadata.uid ?? '', query, signal)) {
      seen += Buffer.from(chunk).toString();
      if (seen.includes(text)) return;
    }
    throw new Error(`${container} wrote only ${JSON.stringify(seen)}`);
  }

  async close(): Promise<void> {
    await this.#runtime.close({ stopPods: true, maxGraceSeconds: 0 });
    await rm(this.directory, { recursive: true, force: true });
  }

  #open(): ProcessRuntime {
    const runtime = new ProcessRuntime({
      nodeName: 'node-1',
      nodeIp: '127.0.0.1',
      allocatable: { cpu: '2', memory: '1Gi' },
      baseEnvironment: { PATH: '/usr/bin:/bin', HOME: '/' },
      services: { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: '6443' },
      mountNamespace: { type: 'unavailable', reason: 'not detected' },
      clock: systemClock,
      cgroups: { type: 'unavailable', reason: 'not detected' },
      dataDirectory: this.directory,
      hostPaths: [this.directory],
      onError: (error) => this.errors.push(error),
      ...this.#options,
    });
    runtime.onChange(() => {
      const waiting = [...this.#waiting];
      this.#waiting.clear();
      for (const resolve of waiting) resolve();
    });
    runtime.onEvent((event) => this.events.push(event));
    return runtime;
  }
}

/** The state letter of proc_pid_stat(5), or `gone`. */
export function processState(pid: number): string {
  try {
    return /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? '';
  } catch {
    return 'gone';
  }
}

export function stateOf(observation: PodObservation, name: string): ContainerObservation['status'] {
  const found = observation.containers.find((container) => container.name === name);
  if (found === undefined) throw new Error(`no container ${name}`);
  return found.status;
}
