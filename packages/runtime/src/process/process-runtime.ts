import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Pod } from '@berth/kinds';
import type { PodCgroup } from '../cgroups/pod-cgroup.ts';
import { readLog } from '../logs/read-log.ts';
import { ContainerLog } from '../logs/container-log.ts';
import { type HeldAddress, holdAddress } from '../network/hold-address.ts';
import { runHook } from '../hooks/run-hook.ts';
import type { ContainerRecord } from '../pod/container-record.ts';
import { stopGroups } from '../pod/critical-pods.ts';
import { PodMachine, type PodMachineOptions } from '../pod/pod-machine.ts';
import { runProbe } from '../probes/run-probe.ts';
import { limitsReport } from '../cgroups/limits-report.ts';
import type {
  LimitsReport,
  LogQuery,
  PodIdentity,
  PodInputs,
  PodObservation,
  PodRuntime,
  RuntimeEvent,
} from '../pod-runtime.ts';
import type { PodUsage } from '../usage/usage.ts';
import { RuntimeError } from '../runtime-error.ts';
import { exceededVolume, hasLimitedVolumes } from '../volumes/exceeded-volume.ts';
import { LocalVolumes } from '../volumes/local-volumes.ts';
import { PodDirectory, type StoredPod } from './pod-directory.ts';
import { ProcessPod, type ProcessNode } from './process-pod.ts';
import { podUsage } from './pod-usage.ts';
import { recoverContainers } from './recover-containers.ts';
import { termination } from './termination.ts';

export interface ProcessRuntimeOptions extends ProcessNode {
  /** Where the pods' state is kept; made if it does not exist. One runtime at a time may use it. */
  readonly dataDirectory: string;
  /** An error of the machine, not of a pod. */
  readonly onError: (error: unknown) => void;
}

/** How often it looks for containers whose end left no mark, and for output that no watch told of. */
const checkEveryMs = 1_000;
/** Measuring volumes reads directories: as often as the kubelet does. */
const checksPerMeasurement = 10;

interface RunningPod {
  readonly clusterId: string;
  readonly directory: PodDirectory;
  readonly driver: ProcessPod;
  readonly machine: PodMachine;
  /** Absent for a pod that has its node's. */
  readonly address: HeldAddress | undefined;
}

interface NewPod extends Pick<RunningPod, 'address' | 'directory'> {
  readonly stored: StoredPod;
}

interface PodParts extends NewPod {
  readonly driver: ProcessPod;
  readonly records: ReadonlyMap<string, ContainerRecord>;
}

/**
 * Runs containers as processes of this machine. It isolates nothing: a container sees the machine's files, network and
 * processes, with the agent's rights. For development.
 */
export class ProcessRuntime implements PodRuntime {
  readonly name = 'process';
  readonly version = 'process://0.1.0';
  readonly podCapacity = 110;
  readonly usesInputs = true;
  readonly limits: LimitsReport;
  readonly localVolumes: LocalVolumes;
  readonly #options: ProcessRuntimeOptions;
  readonly #podsDirectory: string;
  readonly #pods = new Map<string, RunningPod>();
  readonly #checks: NodeJS.Timeout;
  /** Why pods have to go, by their uid. */
  readonly #evictions = new Map<string, string>();
  #checksDone = 0;
  #onChange: (podUid: string) => void = () => {};
  #onEvent: (event: RuntimeEvent) => void = () => {};

  constructor(options: ProcessRuntimeOptions) {
    this.#options = options;
    this.limits = limitsReport(options.cgroups);
    this.#podsDirectory = join(options.dataDirectory, 'pods');
    this.localVolumes = new LocalVolumes(join(options.dataDirectory, 'volumes'));
    this.#checks = setInterval(() => this.#check(), checkEveryMs).unref();
  }

  async recover(): Promise<PodIdentity[]> {
    await mkdir(this.#podsDirectory, { recursive: true });
    this.#removeStrayCgroups(await readdir(this.#podsDirectory));
    const found: PodIdentity[] = [];
    for (const uid of await readdir(this.#podsDirectory)) {
      const directory = new PodDirectory(this.#podsDirectory, uid);
      const stored = await directory.readPod();
      if (stored === undefined) {
        await directory.remove();
        continue;
      }
      await this.#recoverPod(uid, directory, stored);
      const { name, namespace = '' } = stored.pod.metadata;
      found.push({ clusterId: stored.clusterId, namespace, name, uid });
    }
    return found;
  }

  async run(clusterId: string, pod: Pod, inputs: PodInputs): Promise<void> {
    const uid = pod.metadata.uid ?? '';
    const directory = new PodDirectory(this.#podsDirectory, uid);
    const known = this.#pods.get(uid);
    const address = known ? known.address : await this.#addressFor(pod);
    // Kept before anything starts, so that nothing runs that would not be found again.
    const stored = { clusterId, pod, ...(address && { address: address.address }) };
    await directory.writePod(stored);
    const running = known ?? this.#add(uid, { stored, directory, address });
    await running.driver.takeInputs(pod, inputs);
    running.machine.activate(pod);
  }

  stop(podUid: string, graceSeconds: number): void {
    this.#pods.get(podUid)?.machine.stop(graceSeconds * 1000);
  }

  async remove(podUid: string): Promise<void> {
    const running = this.#pods.get(podUid);
    if (running === undefined) return;
    running.machine.close();
    for (const attempt of running.driver.attempts.values()) attempt.signal('SIGKILL');
    await running.driver.close();
    await removeCgroup(running.driver.cgroup);
    this.#pods.delete(podUid);
    running.address?.release();
    this.#evictions.delete(podUid);
    await running.directory.remove();
  }

  observe(podUid: string): PodObservation | undefined {
    const observation = this.#pods.get(podUid)?.machine.observe();
    const eviction = this.#evictions.get(podUid);
    return observation && eviction !== undefined ? { ...observation, eviction } : observation;
  }

  onChange(listener: (podUid: string) => void): void {
    this.#onChange = listener;
  }

  onEvent(listener: (event: RuntimeEvent) => void): void {
    this.#onEvent = listener;
  }

  async usage(podUid: string): Promise<PodUsage | undefined> {
    const running = this.#pods.get(podUid);
    if (running === undefined) return undefined;
    const { machine, directory, driver } = running;
    const record = (container: string) => machine.record(container);
    return podUsage({ pod: machine.pod, directory, driver, record, now: this.#options.clock.now() });
  }

  logs(podUid: string, query: LogQuery, signal: AbortSignal): AsyncIterable<Uint8Array> {
    return readLog(this.#log(podUid, query), query, signal);
  }

  async close(options: { stopPods: boolean; maxGraceSeconds?: number }): Promise<void> {
    if (options.stopPods) await this.#stopAll(options.maxGraceSeconds ?? Number.POSITIVE_INFINITY);
    clearInterval(this.#checks);
    for (const { machine } of this.#pods.values()) machine.close();
    await Promise.all([...this.#pods.values()].map(({ driver }) => driver.close()));
    for (const { address } of this.#pods.values()) address?.release();
    this.#pods.clear();
    const { cgroups } = this.#options;
    // As far as nothing runs in it.
    if (cgroups.type === 'available') cgroups.node.remove();
  }

  /** Cgroups of pods that are gone: an agent before this one ended between the one and the other. */
  #removeStrayCgroups(podUids: readonly string[]): void {
    const { cgroups } = this.#options;
    if (cgroups.type === 'unavailable') return;
    for (const name of cgroups.node.children()) {
      if (podUids.some((uid) => name === `pod${uid}`)) continue;
      cgroups.node.child(name).kill();
      cgroups.node.child(name).remove();
    }
  }

  async #recoverPod(uid: string, directory: PodDirectory, stored: StoredPod): Promise<void> {
    const address = await this.#addressFor(stored.pod, stored.address);
    const driver = this.#driver({ stored, directory, address });
    const records = await recoverContainers(stored.pod, directory, driver);
    const running = this.#pod({ stored, directory, driver, records, address });
    this.#pods.set(uid, running);
    // One that ended while the others were looked for has told nobody.
    for (const [container, attempt] of driver.attempts) {
      const record = records.get(container);
      const how = record && termination(attempt.state, record.containerId);
      if (record?.phase.type === 'running' && how !== undefined) {
        running.machine.ended({ container, attempt: record.attempt }, how);
      }
    }
  }

  /** A pod of the host's network has the host's address; so has every pod of a machine that has no others to give. */
  async #addressFor({ metadata, spec }: Pod, former?: string): Promise<HeldAddress | undefined> {
    return spec?.hostNetwork === true ? undefined : holdAddress(metadata.uid ?? '', former);
  }

  #add(uid: string, parts: NewPod): RunningPod {
    const driver = this.#driver(parts);
    const running = this.#pod({ ...parts, driver, records: new Map() });
    this.#pods.set(uid, running);
    return running;
  }

  #driver({ stored, directory, address }: NewPod): ProcessPod {
    const podUid = stored.pod.metadata.uid ?? '';
    const onEnded: ConstructorParameters<typeof ProcessPod>[0]['onEnded'] = (key, how) =>
      this.#pods.get(podUid)?.machine.ended(key, how);
    const { nodeIp, hostPaths } = this.#options;
    const place = { clusterId: stored.clusterId, localVolumes: this.localVolumes, hostPaths };
    const podIp = address?.address ?? nodeIp;
    return new ProcessPod({ node: this.#options, podUid, podIp, place, directory, onEnded });
  }

  #pod({ stored, directory, driver, records, address }: PodParts): RunningPod {
    const { clock, nodeIp, onError } = this.#options;
    const uid = stored.pod.metadata.uid ?? '';
    const machine = new PodMachine({
      pod: stored.pod,
      driver,
      actions: { runCommand: driver.runCommand, runProbe, runHook, random: Math.random },
      clock,
      podIp: address?.address ?? nodeIp,
      records,
      ...processUser(),
      onChange: () => this.#onChange(uid),
      onEvent: (event) => this.#onEvent({ podUid: uid, ...event }),
      onError,
    });
    return { clusterId: stored.clusterId, directory, driver, machine, address };
  }

  #check(): void {
    for (const { driver } of this.#pods.values()) {
      for (const attempt of driver.attempts.values()) attempt.check();
    }
    if (++this.#checksDone % checksPerMeasurement === 0) void this.measureVolumes();
  }

  /** Finds pods whose volumes hold more than they may. */
  async measureVolumes(): Promise<void> {
    for (const [uid, { machine, directory }] of this.#pods) {
      if (this.#evictions.has(uid) || !hasLimitedVolumes(machine.pod) || machine.observe().stopped) continue;
      const message = await exceededVolume(machine.pod, (volume) => directory.volume(volume));
      if (message === undefined || !this.#pods.has(uid)) continue;
      this.#evictions.set(uid, message);
      this.#onEvent({ podUid: uid, type: 'Warning', reason: 'Evicted', message });
      this.#onChange(uid);
    }
  }

  async #stopAll(maxGraceSeconds: number): Promise<void> {
    const stopping = [...this.#pods.values()].filter(({ machine }) => !machine.observe().stopped);
    for (const group of stopGroups(stopping, ({ machine }) => machine.pod, maxGraceSeconds)) {
      for (const { machine } of group.members) {
        const graceSeconds = machine.pod.spec?.terminationGracePeriodSeconds ?? 30;
        machine.stop(Math.min(graceSeconds, group.graceSeconds) * 1000);
      }
      await Promise.all(group.members.map(({ machine }) => machine.whenStopped()));
    }
  }

  #log(podUid: string, query: LogQuery): ContainerLog {
    const running = this.#pods.get(podUid);
    if (running === undefined) throw new RuntimeError('no-such-pod', `this node has no pod ${podUid}`);
    const record = running.machine.record(query.container);
    const current = running.driver.attempts.get(query.container);
    if (query.previous) {
      if (record?.previous === undefined) throw noSuchLog(query.container);
      const log = new ContainerLog(running.directory.attempt(query.container, record.attempt - 1));
      log.markEnded();
      return log;
    }
    if (current === undefined) throw noSuchLog(query.container);
    return current.log;
  }
}

/** Containers run as this agent does. Undefined on systems without users of this kind. */
function processUser(): Pick<PodMachineOptions, 'user'> {
  const [uid, gid] = [process.getuid?.(), process.getgid?.()];
  if (uid === undefined || gid === undefined) return {};
  return { user: { linux: { uid, gid, supplementalGroups: process.getgroups?.() ?? [] } } };
}

/** What was killed in it may take a moment to be gone. */
async function removeCgroup(cgroup: PodCgroup): Promise<void> {
  for (let tries = 0; tries < 40 && !cgroup.remove(); tries += 1) await setTimeout(25);
}

function noSuchLog(container: string): RuntimeError {
  return new RuntimeError('no-such-log', `container "${container}" has no log`);
}
