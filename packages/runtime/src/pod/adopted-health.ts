import type { Pod } from '@berth/kinds';
import type { ContainerRecord } from './container-record.ts';

/**
 * A container that was found running after a restart of the agent: what its probes had come to, the pod's status still says. So a
 * restart of the agent makes nothing unready.
 */
export function adoptedHealth(record: ContainerRecord, { status }: Pod, name: string): ContainerRecord {
  if (record.phase.type !== 'running') return record;
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const told = statuses.find((candidate) => candidate.name === name);
  if (told?.containerID !== record.containerId || told.state?.running === undefined) return record;
  const started = record.phase.started || told.started === true;
  return { ...record, phase: { ...record.phase, started, ready: record.phase.ready || told.ready } };
}
