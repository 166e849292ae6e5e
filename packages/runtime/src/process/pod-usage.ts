import { join } from 'node:path';
import type { Pod } from '@berth/kinds';
import { type ContainerRecord, podContainers } from '../pod/container-record.ts';
import { directorySize } from '../usage/directory-size.ts';
import { sessionUsage } from '../usage/session-usage.ts';
import { type ContainerUsage, type PodUsage, type ProcessUsage, totalUsage } from '../usage/usage.ts';
import type { PodDirectory } from './pod-directory.ts';
import { readIdentity } from './process-identity.ts';
import type { ProcessPod } from './process-pod.ts';

export interface UsedPod {
  readonly pod: Pod;
  readonly directory: PodDirectory;
  readonly driver: ProcessPod;
  readonly record: (container: string) => ContainerRecord | undefined;
  readonly now: Date;
}

/** What a pod uses now: from its cgroups, or else from /proc. */
export async function podUsage(used: UsedPod): Promise<PodUsage> {
  const { pod, directory, driver, now } = used;
  const containers = await Promise.all(
    podContainers(pod.spec ?? {}).map(({ container }) => containerUsage(container.name, used)),
  );
  const running = containers.filter((usage) => usage !== undefined);
  const volumes = (pod.spec?.volumes ?? []).filter(({ hostPath }) => hostPath === undefined);
  return {
    at: now,
    containers: running,
    total: driver.cgroup.pod?.usage() ?? totalUsage(running),
    volumes: await Promise.all(
      volumes.map(async ({ name }) => ({ name, usedBytes: await directorySize(directory.volume(name)) })),
    ),
  };
}

async function containerUsage(name: string, used: UsedPod): Promise<ContainerUsage | undefined> {
  const { directory, driver, record } = used;
  const { attempt = 0, phase } = record(name) ?? {};
  if (phase?.type !== 'running') return undefined;
  const path = directory.attempt(name, attempt);
  const [all, writtenBytes] = await Promise.all([directorySize(path), directorySize(join(path, 'work'))]);
  return {
    name,
    startedAt: phase.startedAt,
    ...(driver.cgroup.attempt(name, attempt)?.usage() ?? usageOfSession(path)),
    // What the attempt's directory holds besides is small.
    logBytes: all - writtenBytes,
    writtenBytes,
  };
}

function usageOfSession(path: string): ProcessUsage {
  const leader = readIdentity(join(path, 'process'));
  const usage = leader === undefined ? undefined : sessionUsage().get(leader.pid);
  return usage ?? totalUsage([]);
}
