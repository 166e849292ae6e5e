import type { Container, Pod } from '@berth/kinds';
import { type ContainerPhase, type ContainerRecord, podContainers } from '../pod/container-record.ts';
import { initialHealth } from '../probes/container-health.ts';
import { ContainerAttempt } from './container-attempt.ts';
import type { FoundAttempt, PodDirectory } from './pod-directory.ts';
import { attemptOptions, type ProcessPod } from './process-pod.ts';
import { termination } from './termination.ts';

/** Finds the containers of a pod that an agent before this one began, and follows those that still run. */
export async function recoverContainers(
  pod: Pod,
  directory: PodDirectory,
  driver: ProcessPod,
): Promise<Map<string, ContainerRecord>> {
  const records = new Map<string, ContainerRecord>();
  for (const found of await directory.findAttempts()) {
    const podContainer = podContainers(pod.spec ?? {}).find(
      ({ container }) => container.name === found.container,
    );
    const path = directory.attempt(found.container, found.attempt);
    const attempt = new ContainerAttempt(path, {
      ...attemptOptions(podContainer?.container),
      cgroup: driver.cgroup.attempt(found.container, found.attempt),
    });
    const record = await recoverContainer(found, attempt, {
      driver,
      // One that its pod does not have any more has nothing to be asked.
      container: podContainer?.container ?? { name: found.container },
    });
    if (record !== undefined) records.set(found.container, record);
  }
  return records;
}

async function recoverContainer(
  { container: name, attempt, stored }: FoundAttempt,
  found: ContainerAttempt,
  { driver, container }: { readonly driver: ProcessPod; readonly container: Container },
): Promise<ContainerRecord | undefined> {
  const { containerId, image, backoffMs, previous } = stored;
  if (!found.wasBegun()) {
    // Prepared, but the agent ended before it began: the attempt before it is still the last one.
    if (previous === undefined) return undefined;
    const phase: ContainerPhase = { type: 'exited', termination: previous };
    return { attempt: attempt - 1, containerId: previous.containerId, backoffMs: 0, phase };
  }
  await driver.follow({ container: name, attempt }, found, containerId);
  const how = termination(found.state, containerId);
  const phase: ContainerPhase =
    how !== undefined
      ? { type: 'exited', termination: how }
      : {
          type: 'running',
          startedAt: found.state.type === 'running' ? found.state.startedAt : new Date(),
          ...initialHealth(container),
        };
  return {
    attempt,
    containerId,
    backoffMs,
    phase,
    ...(image === undefined ? {} : { image }),
    ...(previous === undefined ? {} : { previous }),
  };
}
