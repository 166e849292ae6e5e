import type { LimitsReport } from '../pod-runtime.ts';
import type { Cgroups } from './detect-cgroups.ts';

/** What a node says of its containers' limits, in its condition. */
export function limitsReport(cgroups: Cgroups): LimitsReport {
  if (cgroups.type === 'unavailable') {
    const message = `limits of cpu and memory are not enforced: ${cgroups.reason}`;
    return { enforced: false, reason: 'NoCgroups', message };
  }
  const { version } = cgroups.node.place;
  const message = `limits of cpu and memory are enforced by cgroups of version ${version}`;
  return { enforced: true, reason: `CgroupsVersion${version}`, message };
}
