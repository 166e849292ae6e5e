import type { PodSpec } from '@berth/kinds';
import type { Clock } from '../clock.ts';
import type { PodContainer } from './container-record.ts';

/** The kubelet never gives a container less. */
const minimumGraceMs = 2_000;
/** How often a kill is repeated for what does not die of it at once. */
const killAgainMs = 5_000;

export interface Signalling {
  readonly podContainer: PodContainer;
  readonly signal: 'SIGTERM' | 'SIGKILL';
}

/**
 * The end of a pod: main containers are asked to stop together, then the sidecars one by one in the reverse of their
 * starting order; at the end of the grace everything is killed.
 * https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination-flow
 */
export class PodStop {
  readonly #clock: Clock;
  readonly #asked = new Set<string>();
  readonly #sidecarsLastFirst: readonly string[];
  #deadline: Date | undefined;

  constructor(spec: PodSpec, clock: Clock) {
    this.#clock = clock;
    this.#sidecarsLastFirst = (spec.initContainers ?? []).map(({ name }) => name).toReversed();
  }

  within(graceMs: number): void {
    const deadline = new Date(this.#clock.now().getTime() + Math.max(graceMs, minimumGraceMs));
    if (this.#deadline === undefined || deadline < this.#deadline) this.#deadline = deadline;
  }

  /** What to send now to the containers that still run; each is asked once, and killed once the grace is over. */
  signals(running: readonly PodContainer[]): Signalling[] {
    if (this.#isOver()) return running.map((podContainer) => ({ podContainer, signal: 'SIGKILL' }));
    return this.#nextToAsk(running)
      .filter(({ container }) => !this.#asked.has(container.name))
      .map((podContainer) => {
        this.#asked.add(podContainer.container.name);
        return { podContainer, signal: 'SIGTERM' };
      });
  }

  nextLook(): Date {
    const now = this.#clock.now();
    return this.#isOver() || this.#deadline === undefined
      ? new Date(now.getTime() + killAgainMs)
      : this.#deadline;
  }

  #isOver(): boolean {
    return this.#deadline !== undefined && this.#clock.now() >= this.#deadline;
  }

  #nextToAsk(running: readonly PodContainer[]): readonly PodContainer[] {
    const others = running.filter(({ role }) => role !== 'sidecar');
    if (others.length > 0) return others;
    for (const name of this.#sidecarsLastFirst) {
      const sidecar = running.find(({ container }) => container.name === name);
      if (sidecar !== undefined) return [sidecar];
    }
    return [];
  }
}
