import type { Pod } from '@berth/kinds';
import { toTime } from '@berth/machinery';
import type { Clock } from '../clock.ts';
import { PodMachine } from '../pod/pod-machine.ts';
import type { LogQuery, PodIdentity, PodObservation, PodRuntime, RuntimeEvent } from '../pod-runtime.ts';
import type { PodUsage } from '../usage/usage.ts';
import { RuntimeError } from '../runtime-error.ts';
import { recordsFromStatus } from './records-from-status.ts';
import { SimulatedPod } from './simulated-pod.ts';

export interface SimulatedRuntimeOptions {
  readonly clock: Clock;
  /** Which of several simulated nodes this is: their pods' addresses differ. 0 to 255. */
  readonly nodeIndex: number;
}

interface PlayedPod {
  readonly machine: PodMachine;
  readonly driver: SimulatedPod;
  readonly podIp: string;
}

/**
 * Pretends to run pods: they reach the states that their annotations script (see `containerScript`) without a process
 * or a file. For tests, load and demos. What a pod did before a restart of the agent is read from its status.
 */
export class SimulatedRuntime implements PodRuntime {
  readonly name = 'simulated';
  readonly version = 'simulated://0.1.0';
  readonly podCapacity = 1_000;
  readonly usesInputs = false;
  readonly #options: SimulatedRuntimeOptions;
  readonly #pods = new Map<string, PlayedPod>();
  readonly #addresses = new Set<string>();
  #lastAddress = 0;
  #onChange: (podUid: string) => void = () => {};
  #onEvent: (event: RuntimeEvent) => void = () => {};

  constructor(options: SimulatedRuntimeOptions) {
    this.#options = options;
  }

  recover(): Promise<PodIdentity[]> {
    return Promise.resolve([]);
  }

  run(_clusterId: string, pod: Pod): Promise<void> {
    const uid = pod.metadata.uid ?? '';
    const played = this.#pods.get(uid) ?? this.#add(uid, pod);
    played.driver.update(pod);
    played.machine.activate(pod);
    return Promise.resolve();
  }

  stop(podUid: string, graceSeconds: number): void {
    this.#pods.get(podUid)?.machine.stop(graceSeconds * 1000);
  }

  remove(podUid: string): Promise<void> {
    const played = this.#pods.get(podUid);
    if (played !== undefined) {
      played.machine.close();
      played.driver.close();
      this.#addresses.delete(played.podIp);
      this.#pods.delete(podUid);
    }
    return Promise.resolve();
  }

  observe(podUid: string): PodObservation | undefined {
    return this.#pods.get(podUid)?.machine.observe();
  }

  onChange(listener: (podUid: string) => void): void {
    this.#onChange = listener;
  }

  onEvent(listener: (event: RuntimeEvent) => void): void {
    this.#onEvent = listener;
  }

  usage(podUid: string): Promise<PodUsage | undefined> {
    return Promise.resolve(this.#pods.get(podUid)?.driver.usage());
  }

  /** One line, which says that there is nothing to read. */
  async *logs(podUid: string, query: LogQuery): AsyncGenerator<Uint8Array> {
    const played = this.#pods.get(podUid);
    if (played === undefined) throw new RuntimeError('no-such-pod', `this node has no pod ${podUid}`);
    const started = played.machine.record(query.container);
    if (started === undefined || query.tailLines === 0) return;
    const time = query.timestamps ? `${toTime(this.#options.clock.now())} ` : '';
    const line = `${time}container ${query.container} is simulated and writes nothing\n`;
    yield Buffer.from(line).subarray(0, query.limitBytes ?? line.length);
  }

  /** Nothing outlives the agent, so there is nothing to stop. */
  close(): Promise<void> {
    for (const { machine, driver } of this.#pods.values()) {
      machine.close();
      driver.close();
    }
    this.#pods.clear();
    return Promise.resolve();
  }

  #add(uid: string, pod: Pod): PlayedPod {
    const { clock } = this.#options;
    const records = recordsFromStatus(pod);
    const podIp = this.#address(pod.status?.podIP);
    const driver = new SimulatedPod({
      clock,
      onEnded: (key, how) => machine.ended(key, how),
      onHealth: (key, health) => machine.setHealth(key, health),
      onUnhealthy: (key) => machine.failedProbe(key, 'liveness'),
    });
    const machine = new PodMachine({
      pod,
      driver,
      clock,
      podIp,
      records,
      onChange: () => this.#onChange(uid),
      // Of the ordinary there would be too much.
      onEvent: (event) => {
        if (event.type === 'Warning') this.#onEvent({ podUid: uid, ...event });
      },
      onError: (error) => {
        throw error;
      },
    });
    driver.resume(pod, records);
    const played = { machine, driver, podIp };
    this.#pods.set(uid, played);
    return played;
  }

  /** An address of 10.64.0.0/10 that no other pod of the node has; the one that the pod had, if it is free. */
  #address(wanted: string | undefined): string {
    if (wanted !== undefined && wanted !== '' && !this.#addresses.has(wanted)) {
      this.#addresses.add(wanted);
      return wanted;
    }
    for (;;) {
      this.#lastAddress = (this.#lastAddress % 0x3ffe) + 1;
      const host = this.#options.nodeIndex * 0x4000 + this.#lastAddress;
      const address = `10.${64 + (host >> 16)}.${(host >> 8) & 255}.${host & 255}`;
      if (this.#addresses.has(address)) continue;
      this.#addresses.add(address);
      return address;
    }
  }
}
