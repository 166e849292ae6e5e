import type { PodSpec } from '@berth/kinds';
import type { PodContainer, RestartCause } from './container-record.ts';

/** How a container ended, as far as its restart depends on it. */
export interface Ending {
  readonly exitCode: number;
  readonly restart?: RestartCause;
}

/**
 * Whether a container that ended runs again.
 * A container's own `restartPolicyRules` come first, then its `restartPolicy`, then the pod's.
 * https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-restart-rules
 */
export function restarts({ container, role }: PodContainer, spec: PodSpec, ending: Ending): boolean {
  const { exitCode, restart } = ending;
  if (restart === 'changed') return true;
  if (role === 'sidecar') return true;
  for (const { action, exitCodes } of container.restartPolicyRules ?? []) {
    if (exitCodes === undefined) continue;
    const listed = (exitCodes.values ?? []).includes(exitCode);
    if (listed === (exitCodes.operator === 'In')) return action === 'Restart';
  }
  const policy = container.restartPolicy ?? spec.restartPolicy ?? 'Always';
  if (policy === 'Never') return false;
  // A regular init container is done once it succeeded, whatever the policy.
  if (policy === 'OnFailure' || role === 'init') return exitCode !== 0 || restart === 'failed';
  return true;
}
