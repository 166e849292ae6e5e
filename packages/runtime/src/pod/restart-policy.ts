import type { PodSpec } from '@berth/kinds';
import type { PodContainer } from './container-record.ts';

/**
 * Whether a container that ended with `exitCode` runs again.
 * A container's own `restartPolicyRules` come first, then its `restartPolicy`, then the pod's.
 * https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-restart-rules
 */
export function restarts({ container, role }: PodContainer, spec: PodSpec, exitCode: number): boolean {
  if (role === 'sidecar') return true;
  for (const { action, exitCodes } of container.restartPolicyRules ?? []) {
    if (exitCodes === undefined) continue;
    const listed = (exitCodes.values ?? []).includes(exitCode);
    if (listed === (exitCodes.operator === 'In')) return action === 'Restart';
  }
  const policy = container.restartPolicy ?? spec.restartPolicy ?? 'Always';
  if (policy === 'Never') return false;
  // A regular init container is done once it succeeded, whatever the policy.
  if (policy === 'OnFailure' || role === 'init') return exitCode !== 0;
  return true;
}
