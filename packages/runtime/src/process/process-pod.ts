import { randomBytes } from 'node:crypto';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Container, Pod, Volume } from '@berth/kinds';
import { goQuote } from '@berth/machinery';
import type { Cgroups } from '../cgroups/detect-cgroups.ts';
import { limitedResources } from '../cgroups/limits.ts';
import { PodCgroup } from '../cgroups/pod-cgroup.ts';
import type { Clock } from '../clock.ts';
import { ConfigError } from '../environment/config-error.ts';
import { containerEnvironment, type EnvironmentContext } from '../environment/container-environment.ts';
import { expandReferences } from '../environment/expand.ts';
import type { RunCommand } from '../actions/run-command.ts';
import type { AttemptKey, ContainerDriver, ContainerLaunch, LaunchOutcome } from '../pod/container-driver.ts';
import type { Termination } from '../pod/container-record.ts';
import type { PodInputs } from '../pod-runtime.ts';
import { prepareVolume, type VolumePlace } from '../volumes/prepare-volume.ts';
import { initialHealth } from '../probes/container-health.ts';
import { type AttemptOptions, ContainerAttempt, messageFile } from './container-attempt.ts';
import { execInContainer, writeExecContext } from './exec-in-container.ts';
import { machineFileSystem } from './file-system-view.ts';
import { launchScript } from './launch-script.ts';
import { type MountNamespace, namespacesOf } from './mount-namespace.ts';
import { type Mount, planMounts } from './mount-plan.ts';
import type { PodDirectory } from './pod-directory.ts';
import { termination } from './termination.ts';
import { isOptionalMount, volumeMounts } from './volume-mounts.ts';

const identityScript = fileURLToPath(new URL('identity.sh', import.meta.url));

/** What all pods of a node share. */
export interface ProcessNode {
  readonly nodeName: string;
  readonly nodeIp: string;
  readonly allocatable: Readonly<Record<string, string>>;
  /** Variables that every container gets, below what its pod sets: `PATH`, `HOME`. */
  readonly baseEnvironment: Readonly<Record<string, string>>;
  /** `KUBERNETES_SERVICE_HOST` and its like. */
  readonly services: Readonly<Record<string, string>>;
  readonly mountNamespace: MountNamespace;
  /** Below which of the machine's paths hostPath volumes may be. */
  readonly hostPaths: readonly string[];
  readonly clock: Clock;
  readonly cgroups: Cgroups;
  /** How many processes a pod may have; absent for as many as the machine. */
  readonly podPidsLimit?: number;
}

export interface ProcessPodOptions {
  readonly node: ProcessNode;
  readonly podUid: string;
  readonly place: VolumePlace;
  readonly podIp: string;
  readonly directory: PodDirectory;
  readonly onEnded: (key: AttemptKey, how: Termination) => void;
}

/** Runs the containers of one pod as local processes. */
export class ProcessPod implements ContainerDriver {
  readonly cgroup: PodCgroup;
  readonly #options: ProcessPodOptions;
  readonly #attempts = new Map<string, ContainerAttempt>();
  #inputs: PodInputs = { configMaps: new Map(), secrets: new Map(), tokens: new Map(), claims: new Map() };
  #volumes: ReadonlyMap<string, string> | undefined;

  constructor(options: ProcessPodOptions) {
    this.#options = options;
    const { node, podUid, directory } = options;
    const { cgroups, podPidsLimit: pidsLimit } = node;
    this.cgroup = new PodCgroup({ cgroups, podUid, podDirectory: directory.path, pidsLimit });
  }

  get attempts(): ReadonlyMap<string, ContainerAttempt> {
    return this.#attempts;
  }

  /** Takes new inputs, and brings the files of volumes that are in use up to date. */
  async takeInputs(pod: Pod, inputs: PodInputs): Promise<void> {
    this.#inputs = inputs;
    if (this.#volumes === undefined) return;
    // What was there stays if something of it is gone meanwhile, as with the kubelet.
    this.#volumes = await this.#prepareVolumes(pod).catch(() => this.#volumes);
  }

  async launch(launch: ContainerLaunch): Promise<LaunchOutcome> {
    const { pod, podContainer } = launch;
    const { container } = podContainer;
    if (container.command === undefined && container.args === undefined) return notRunnable(container);
    try {
      this.#volumes ??= await this.#prepareVolumes(pod);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const event = { reason: 'FailedMount', message: error.message };
      return { type: 'blocked', reason: 'ContainerCreating', retry: true, event };
    }
    try {
      return await this.#begin(launch, containerEnvironment(container, this.#context(pod)));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return { type: 'blocked', reason: 'CreateContainerConfigError', message: error.message, retry: true };
    }
  }

  signal({ container, attempt }: AttemptKey, signal: string): void {
    const directory = this.#options.directory.attempt(container, attempt);
    const running = this.#attempts.get(container);
    if (running?.directory === directory) running.signal(signal);
  }

  /** Runs a command beside a container that runs. */
  readonly runCommand: RunCommand = (container, command, options) => {
    const directory = this.#attempts.get(container)?.directory;
    if (directory === undefined) return Promise.resolve({ type: 'failed', message: 'container not found' });
    return execInContainer(directory, command, options);
  };

  /** Follows an attempt from its beginning, or one that was found after a restart. */
  async follow(key: AttemptKey, attempt: ContainerAttempt, containerId: string): Promise<void> {
    this.#attempts.set(key.container, attempt);
    await attempt.follow(() => {
      const how = termination(attempt.state, containerId);
      if (how !== undefined) this.#options.onEnded(key, how);
    });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#attempts.values()].map((attempt) => attempt.close()));
  }

  async #begin(launch: ContainerLaunch, environment: Map<string, string>): Promise<LaunchOutcome> {
    const { pod, podContainer, attempt, backoffMs, previous } = launch;
    const { container } = podContainer;
    const { directory } = this.#options;
    const mounts = await this.#mounts(container, pod, environment);
    if (typeof mounts === 'string') {
      return { type: 'blocked', reason: 'CreateContainerError', message: mounts, retry: false };
    }
    const containerId = `process://${randomBytes(32).toString('hex')}`;
    const stored = {
      containerId,
      image: container.image ?? '',
      backoffMs,
      ...(previous === undefined ? {} : { previous }),
    };
    const path = await directory.createAttempt(container.name, attempt, stored);
    const cgroup = this.cgroup.make(pod.spec ?? {}, container, attempt);
    await this.#writeLaunch(path, { container, pod, environment, mounts, cgroups: cgroup?.joinFiles ?? [] });
    const begun = new ContainerAttempt(path, { ...attemptOptions(container), cgroup });
    begun.begin();
    await this.follow({ container: container.name, attempt }, begun, containerId);
    const { state } = begun;
    if (state.type === 'running' || state.type === 'ended') {
      // One that has ended already ends for the pod after it has begun for it.
      const unenforced = attempt === 0 ? unenforcedLimits(container, this.#options.node.cgroups) : undefined;
      return {
        type: 'running',
        containerId,
        startedAt: state.startedAt,
        ...initialHealth(container),
        ...(unenforced === undefined ? {} : { warning: unenforced }),
      };
    }
    const how = termination(state, containerId);
    if (how === undefined) throw new Error(`container ${container.name} is still starting`);
    return { type: 'failed', termination: how };
  }

  async #writeLaunch(
    path: string,
    launch: {
      readonly container: Container;
      readonly pod: Pod;
      readonly environment: ReadonlyMap<string, string>;
      readonly mounts: readonly Mount[];
      readonly cgroups: readonly string[];
    },
  ): Promise<void> {
    const { container, pod, environment, mounts, cgroups } = launch;
    const { node } = this.#options;
    const own = join(path, 'work');
    await mkdir(own, { mode: 0o777 });
    const expand = (text: string) => expandReferences(text, (name) => environment.get(name));
    const [program = '', ...args] = [...(container.command ?? []), ...(container.args ?? [])].map(expand);
    const workingDirectory = container.workingDir ?? '';
    const placed =
      node.mountNamespace.type === 'available'
        ? [...mounts, ...(await this.#messageMount(path, container))]
        : [];
    if (
      placed.length > 0 &&
      workingDirectory !== '' &&
      machineFileSystem.closest(workingDirectory).missing !== ''
    ) {
      // A working directory that the machine does not have is made, as in an image.
      const isMounted = placed.some(({ target }) => `${workingDirectory}/`.startsWith(`${target}/`));
      if (!isMounted)
        placed.push({ source: own, target: workingDirectory, readOnly: false, kind: 'directory' });
    }
    const workingIn = workingDirectory === '' ? own : workingDirectory;
    const variables = new Map([
      ...Object.entries(node.baseEnvironment),
      ['HOSTNAME', (pod.spec?.hostname ?? pod.metadata.name).slice(0, 63)] as const,
      // What a server has to bind, so that it does not take its port of every pod.
      ['POD_IP', this.#options.podIp] as const,
      ...environment,
    ]);
    const hasMounts = placed.length > 0;
    writeExecContext(path, {
      environment: [...variables],
      workingDirectory: workingIn,
      namespaces: hasMounts ? namespacesOf(node.mountNamespace) : 'none',
      cgroups,
    });
    const script = launchScript({
      directory: path,
      identityScript,
      ...(node.mountNamespace.type === 'available' && hasMounts
        ? { mounts: { plan: planMounts(placed, machineFileSystem), unshare: node.mountNamespace.unshare } }
        : {}),
      workingDirectory: workingIn,
      environment: variables,
      cgroups,
      command: [program, ...args],
    });
    await writeFile(join(path, 'launch.sh'), script, { mode: 0o600 });
  }

  /** The file that the container may write its termination message to. */
  async #messageMount(path: string, { terminationMessagePath = '' }: Container): Promise<Mount[]> {
    const target = normalize(terminationMessagePath);
    const { mountNamespace } = this.#options.node;
    const canAddToDev = mountNamespace.type === 'available' && mountNamespace.canAddToDev === true;
    const isPossible = canAddToDev || !target.startsWith('/dev/');
    if (!target.startsWith('/') || !isPossible) return [];
    const source = join(path, messageFile);
    await writeFile(source, '');
    await chmod(source, 0o666);
    return [{ source, target, readOnly: false, kind: 'file' }];
  }

  /** The container's mounts, or why this system cannot make them true. */
  async #mounts(
    container: Container,
    pod: Pod,
    environment: ReadonlyMap<string, string>,
  ): Promise<Mount[] | string> {
    const { mountNamespace } = this.#options.node;
    const volumeDirectory = (volume: Volume) => this.#volumes?.get(volume.name) ?? '';
    if (mountNamespace.type === 'available') {
      return volumeMounts(container, { pod, volumeDirectory, environment });
    }
    const needed = (container.volumeMounts ?? []).filter((mount) => !isOptionalMount(mount));
    if (needed.length === 0) return [];
    const paths = needed.map(({ mountPath }) => mountPath).join(', ');
    return `the process runtime cannot mount ${paths} here: it may not make mount namespaces (${mountNamespace.reason}); run the node agent as root on Linux, or use another runtime`;
  }

  async #prepareVolumes(pod: Pod): Promise<Map<string, string>> {
    const places = new Map<string, string>();
    for (const volume of pod.spec?.volumes ?? []) {
      const directory = this.#options.directory.volume(volume.name);
      const { node, place } = this.#options;
      const options = { context: this.#context(pod), place, now: node.clock.now() };
      try {
        places.set(volume.name, await prepareVolume(volume, directory, options));
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        throw new ConfigError(
          `MountVolume.SetUp failed for volume ${goQuote(volume.name)} : ${error.message}`,
        );
      }
    }
    return places;
  }

  #context(pod: Pod): EnvironmentContext {
    const { podIp } = this.#options;
    const { nodeName, nodeIp, allocatable } = this.#options.node;
    const services = { ...this.#inputs.serviceVariables, ...this.#options.node.services };
    return { pod, inputs: this.#inputs, place: { nodeName, nodeIp, podIp }, allocatable, services };
  }
}

/** An Event for a container that wants limits which nothing here holds it to. */
function unenforcedLimits(container: Container, cgroups: Cgroups) {
  const names = limitedResources(container);
  if (cgroups.type === 'available' || names.length === 0) return undefined;
  const message = `limits of ${names.join(' and ')} are not enforced on this node: ${cgroups.reason}`;
  return { reason: 'LimitsNotEnforced', message };
}

/** What an attempt must know of its container beyond its directory and its cgroup. */
export function attemptOptions(container: Container | undefined): Pick<AttemptOptions, 'messageFromLog'> {
  return { messageFromLog: container?.terminationMessagePolicy === 'FallbackToLogsOnError' };
}

function notRunnable({ image = '' }: Container): LaunchOutcome {
  return {
    type: 'blocked',
    reason: 'ImageNotRunnable',
    message: `the process runtime runs local commands and has no image to take the entrypoint of ${goQuote(image)} from: give the container a command or args`,
    retry: false,
  };
}
