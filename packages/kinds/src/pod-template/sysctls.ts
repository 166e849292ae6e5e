import { duplicate, type FieldError, type FieldPath, invalid, required } from '@berth/machinery';
import type { PodSpec, Sysctl } from '../generated/api-types.ts';

const segment = '[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const namePattern = `^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*${segment}$`;
const nameRegex = new RegExp(namePattern);
const maxNameLength = 253;

const ipcSysctls = new Set([
  'kernel.sem',
  'kernel.shmall',
  'kernel.shmmax',
  'kernel.shmmni',
  'kernel.shm_rmid_forced',
  'kernel.shm',
  'kernel.msgmax',
  'kernel.msgmnb',
  'kernel.msgmni',
  'kernel.msg',
]);

/** Kernel parameters of a pod. Those of a namespace that the pod shares with the host would be the host's. */
export function validateSysctls(sysctls: readonly Sysctl[], at: FieldPath, spec: PodSpec): FieldError[] {
  const names = new Set<string>();
  return sysctls.flatMap(({ name }, index) => {
    const nameAt = at.index(index).child('name');
    const errors: FieldError[] = [];
    if (!name) errors.push(required(nameAt));
    else if (name.length > maxNameLength || !nameRegex.test(name)) {
      const detail = `must have at most ${maxNameLength} characters and match regex ${namePattern}`;
      errors.push(invalid(nameAt, name, detail));
    } else if (names.has(name)) errors.push(duplicate(nameAt, name));
    names.add(name);
    return [...errors, ...validateHostSysctl(name, nameAt, spec)];
  });
}

function validateHostSysctl(name: string, at: FieldPath, { hostNetwork, hostIPC }: PodSpec): FieldError[] {
  const dotted = name.replaceAll('/', '.').replace(/\.?\*$/, '');
  if (hostNetwork && (dotted === 'net' || dotted.startsWith('net.'))) {
    return [invalid(at, name, "may not be specified when 'hostNetwork' is true")];
  }
  const isIpc = ipcSysctls.has(dotted) || dotted === 'fs.mqueue' || dotted.startsWith('fs.mqueue.');
  return hostIPC && isIpc ? [invalid(at, name, "may not be specified when 'hostIPC' is true")] : [];
}
