import type { PodSpec } from '@berth/kinds';
import type { PodContainer, RestartCause } from './container-record.ts';
import { restarts } from './restart-policy.ts';

/** Why the node ends a container that is to run again, and how. */
export interface ContainerRestart {
  readonly cause: RestartCause;
  /** Undefined for the pod's own. */
  readonly graceSeconds: number | undefined;
  /** As the kubelet tells of it in the `Killing` event. */
  readonly message: string;
}

/** It failed its startup or liveness probe. */
export function probeRestart(
  podContainer: PodContainer,
  kind: 'startup' | 'liveness',
  spec: PodSpec,
): ContainerRestart {
  const { container, role } = podContainer;
  const { name, startupProbe, livenessProbe } = container;
  const probe = kind === 'startup' ? startupProbe : livenessProbe;
  const willRestart = restarts(podContainer, spec, { exitCode: 1 });
  const what = `${role === 'main' ? 'Container' : 'Init container'} ${name} failed ${kind} probe`;
  return {
    cause: 'failed',
    graceSeconds: probe?.terminationGracePeriodSeconds,
    message: willRestart && role === 'main' ? `${what}, will be restarted` : what,
  };
}

/** Its pod names another image than the one that it was made of. */
export function imageRestart({ container: { name } }: PodContainer): ContainerRestart {
  const message = `Container ${name} definition changed, will be restarted`;
  return { cause: 'changed', graceSeconds: undefined, message };
}
