import {
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  notSupported,
  required,
  valueNotFound,
} from '@berth/machinery';
import type { Container, Volume, VolumeDevice, VolumeMount } from '../generated/api-types.ts';
import { validateLocalPath, validateNoBacksteps } from './paths.ts';

/** The pod's volumes that are valid themselves, by name. */
export type VolumesByName = ReadonlyMap<string, Volume>;

const propagationModes = ['Bidirectional', 'HostToContainer', 'None'];
const recursiveReadOnlyModes = ['Disabled', 'Enabled', 'IfPossible'];

export function validateVolumeMounts(
  container: Container,
  at: FieldPath,
  volumes: VolumesByName,
): FieldError[] {
  // Of devices of one name the last counts, which the error of the repetition does not depend on.
  const devices = new Map((container.volumeDevices ?? []).map((device) => [device.name, device.devicePath]));
  const paths = new Set<string>();
  return (container.volumeMounts ?? []).flatMap((mount, index) => {
    const mountAt = at.index(index);
    const { name, mountPath } = mount;
    const errors: FieldError[] = [];
    if (name === '') errors.push(required(mountAt.child('name')));
    if (!volumes.has(name)) errors.push(valueNotFound(mountAt.child('name'), name));
    if (mountPath === '') errors.push(required(mountAt.child('mountPath')));
    if (paths.has(mountPath)) errors.push(invalid(mountAt.child('mountPath'), mountPath, 'must be unique'));
    paths.add(mountPath);
    if (devices.has(name)) {
      errors.push(invalid(mountAt.child('name'), name, 'must not already exist in volumeDevices'));
    }
    if ([...devices.values()].includes(mountPath)) {
      const detail = 'must not already exist as a path in volumeDevices';
      errors.push(invalid(mountAt.child('mountPath'), mountPath, detail));
    }
    // Upstream names the list, not the mount, in the errors of these fields.
    return [...errors, ...validateSubPaths(mount, mountAt, at), ...validateMountModes(mount, container, at)];
  });
}

function validateSubPaths(mount: VolumeMount, mountAt: FieldPath, listAt: FieldPath): FieldError[] {
  const { subPath, subPathExpr } = mount;
  const errors = subPath ? validateLocalPath(subPath, listAt.child('subPath')) : [];
  if (!subPathExpr) return errors;
  if (subPath) {
    const detail = 'subPathExpr and subPath are mutually exclusive';
    errors.push(invalid(mountAt.child('subPathExpr'), subPathExpr, detail));
  }
  return [...errors, ...validateLocalPath(subPathExpr, listAt.child('subPathExpr'))];
}

function validateMountModes(mount: VolumeMount, container: Container, listAt: FieldPath): FieldError[] {
  const { mountPropagation, recursiveReadOnly } = mount;
  const errors: FieldError[] = [];
  if (mountPropagation !== undefined) {
    const at = listAt.child('mountPropagation');
    if (!propagationModes.includes(mountPropagation)) {
      errors.push(notSupported(at, mountPropagation, propagationModes));
    }
    if (mountPropagation === 'Bidirectional' && container.securityContext?.privileged !== true) {
      const detail = 'Bidirectional mount propagation is available only to privileged containers';
      errors.push(forbidden(at, detail));
    }
  }
  if (recursiveReadOnly === undefined || recursiveReadOnly === 'Disabled') return errors;
  const at = listAt.child('recursiveReadOnly');
  if (!recursiveReadOnlyModes.includes(recursiveReadOnly)) {
    return [...errors, notSupported(at, recursiveReadOnly, recursiveReadOnlyModes)];
  }
  if (!mount.readOnly) errors.push(forbidden(at, 'may only be specified when readOnly is true'));
  if (mountPropagation !== undefined && mountPropagation !== 'None') {
    errors.push(forbidden(at, 'may only be specified when mountPropagation is None or not specified'));
  }
  return errors;
}

export function validateVolumeDevices(
  container: Container,
  at: FieldPath,
  volumes: VolumesByName,
): FieldError[] {
  const mounts = new Map((container.volumeMounts ?? []).map((mount) => [mount.name, mount.mountPath]));
  const taken = { names: new Set<string>(), paths: new Set<string>() };
  return (container.volumeDevices ?? []).flatMap((device, index) => {
    const { name, devicePath } = device;
    const deviceAt = at.index(index);
    const errors = validateDevice(device, deviceAt, { volumes, taken });
    if (mounts.has(name)) {
      errors.push(invalid(deviceAt.child('name'), name, 'must not already exist in volumeMounts'));
    }
    if ([...mounts.values()].includes(devicePath)) {
      const detail = 'must not already exist as a path in volumeMounts';
      errors.push(invalid(deviceAt.child('devicePath'), devicePath, detail));
    }
    if (name !== '') taken.names.add(name);
    return errors;
  });
}

interface Taken {
  readonly names: Set<string>;
  readonly paths: Set<string>;
}

function validateDevice(
  { name, devicePath }: VolumeDevice,
  at: FieldPath,
  { volumes, taken }: { readonly volumes: VolumesByName; readonly taken: Taken },
): FieldError[] {
  const volume = volumes.get(name);
  const errors: FieldError[] = [];
  if (name === '') errors.push(required(at.child('name')));
  if (taken.names.has(name)) errors.push(invalid(at.child('name'), name, 'must be unique'));
  if (volume && !volume.persistentVolumeClaim && !volume.ephemeral) {
    const detail = 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode';
    errors.push(invalid(at.child('name'), name, detail));
  }
  if (!volume) errors.push(valueNotFound(at.child('name'), name));
  if (devicePath === '') errors.push(required(at.child('devicePath')));
  if (taken.paths.has(devicePath)) errors.push(invalid(at.child('devicePath'), devicePath, 'must be unique'));
  if (validateNoBacksteps(devicePath, at).length > 0) {
    errors.push(invalid(at.child('devicePath'), devicePath, "can not contain backsteps ('..')"));
  } else taken.paths.add(devicePath);
  return errors;
}
