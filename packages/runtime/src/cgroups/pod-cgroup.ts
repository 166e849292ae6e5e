import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Container, PodSpec } from '@berth/kinds';
import { Cgroup, type CgroupPlace } from './cgroup.ts';
import type { Cgroups } from './detect-cgroups.ts';
import { containerLimits, podLimits } from './limits.ts';

const fileName = 'cgroup.json';

export interface PodCgroupOptions {
  readonly cgroups: Cgroups;
  readonly podUid: string;
  /** Where it is noted which cgroup the pod has: an agent after this one may itself be in another one. */
  readonly podDirectory: string;
  /** How many processes a pod may have. */
  readonly pidsLimit: number | undefined;
}

/** The cgroup of one pod, with one for each attempt of its containers below it; or none, where the system has none to give. */
export class PodCgroup {
  readonly #options: PodCgroupOptions;
  #pod: Cgroup | undefined;

  constructor(options: PodCgroupOptions) {
    this.#options = options;
    this.#pod = readPlace(options.podDirectory);
  }

  /** The cgroup of an attempt, made with its limits; undefined where there are none here. @throws what the system refuses */
  make(spec: PodSpec, container: Container, attempt: number): Cgroup | undefined {
    if (this.#pod?.exists() !== true) this.#pod = this.#makePod(spec);
    const made = this.#pod?.child(nameOf(container.name, attempt));
    made?.make(containerLimits(container));
    return made;
  }

  attempt(container: string, attempt: number): Cgroup | undefined {
    return this.#pod?.child(nameOf(container, attempt));
  }

  /** The pod's own; its usage is that of all its containers. */
  get pod(): Cgroup | undefined {
    return this.#pod;
  }

  /** Ends what is left in it. False while something of it still runs. */
  remove(): boolean {
    this.#pod?.kill();
    return this.#pod?.remove() ?? true;
  }

  #makePod(spec: PodSpec): Cgroup | undefined {
    const { cgroups, podUid, podDirectory, pidsLimit } = this.#options;
    if (cgroups.type === 'unavailable') return undefined;
    const pod = cgroups.node.child(`pod${podUid}`);
    // Noted first, so that nothing is made that would not be found again.
    writeFileSync(join(podDirectory, fileName), JSON.stringify(pod.place), { mode: 0o600 });
    pod.make(podLimits(spec, pidsLimit));
    pod.delegate();
    return pod;
  }
}

function nameOf(container: string, attempt: number): string {
  return `${container}-${attempt}`;
}

function readPlace(podDirectory: string): Cgroup | undefined {
  try {
    // Written by makePod alone.
    return new Cgroup(JSON.parse(readFileSync(join(podDirectory, fileName), 'utf8')) as CgroupPlace);
  } catch {
    return undefined;
  }
}
