import type { Pod } from '@berth/kinds';
import type { RuntimeEvent } from '../pod-runtime.ts';
import type { LaunchOutcome } from './container-driver.ts';
import { type ContainerRecord, type PodContainer, podContainers } from './container-record.ts';

type Emit = (event: Omit<RuntimeEvent, 'podUid'>) => void;

/** What happens to a pod's containers, in the words of the kubelet's events. */
export class PodEvents {
  readonly #emit: Emit;
  /** The attempt of each container whose backoff has been told of. */
  readonly #toldBackoffs = new Map<string, number>();

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  launched(podContainer: PodContainer, outcome: LaunchOutcome): void {
    if (outcome.type === 'blocked') {
      const { event, message, reason } = outcome;
      if (event !== undefined) this.#emit({ type: 'Warning', ...event });
      else this.#of(podContainer, 'Warning', ['Failed', `Error: ${message ?? reason}`]);
      return;
    }
    this.#of(podContainer, 'Normal', ['Created', 'Container created']);
    if (outcome.type === 'running') {
      this.#of(podContainer, 'Normal', ['Started', 'Container started']);
      if (outcome.warning !== undefined) {
        this.#of(podContainer, 'Warning', [outcome.warning.reason, outcome.warning.message]);
      }
    } else {
      const { message, reason } = outcome.termination;
      this.#of(podContainer, 'Warning', ['Failed', `Error: ${message ?? reason}`]);
    }
  }

  killing(podContainer: PodContainer, message: string): void {
    this.#of(podContainer, 'Normal', ['Killing', message]);
  }

  /** What a probe or a hook has to say. */
  warning(podContainer: PodContainer, event: readonly [reason: string, message: string]): void {
    this.#of(podContainer, 'Warning', event);
  }

  /** Told once for each attempt that has ended. */
  backingOff(
    { spec, metadata }: Pod,
    records: ReadonlyMap<string, ContainerRecord>,
    containers: ReadonlyMap<string, number>,
  ): void {
    for (const podContainer of podContainers(spec ?? {})) {
      const { name } = podContainer.container;
      const attempt = records.get(name)?.attempt;
      if (!containers.has(name) || attempt === undefined || this.#toldBackoffs.get(name) === attempt)
        continue;
      this.#toldBackoffs.set(name, attempt);
      const pod = `${metadata.name}_${metadata.namespace}(${metadata.uid})`;
      this.#of(podContainer, 'Warning', [
        'BackOff',
        `Back-off restarting failed container ${name} in pod ${pod}`,
      ]);
    }
  }

  #of(
    { container, role }: PodContainer,
    type: RuntimeEvent['type'],
    [reason, message]: readonly [string, string],
  ): void {
    const kind = role === 'main' ? 'container' : 'init';
    this.#emit({ container: { name: container.name, kind }, type, reason, message });
  }
}
