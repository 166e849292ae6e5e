import { type FieldError, type FieldPath, invalid, rangeExplanation, required } from '@berth/machinery';
import type {
  CephFSVolumeSource,
  FCVolumeSource,
  GlusterfsVolumeSource,
  ISCSIVolumeSource,
  NFSVolumeSource,
  QuobyteVolumeSource,
  RBDVolumeSource,
} from '../generated/api-types.ts';
import { validateRequired } from './field-checks.ts';

/** Volumes that a server or a storage network offers. */
export const validateNetworkSource = {
  nfs: ({ server, path }: NFSVolumeSource, at: FieldPath): FieldError[] => {
    return [
      ...validateRequired(server, at.child('server')),
      ...validateRequired(path, at.child('path')),
      ...(path.startsWith('/') ? [] : [invalid(at.child('path'), path, 'must be an absolute path')]),
    ];
  },

  iscsi: (source: ISCSIVolumeSource, at: FieldPath): FieldError[] => {
    const { iqn, initiatorName, targetPortal } = source;
    const usesChap = source.chapAuthDiscovery || source.chapAuthSession;
    return [
      ...validateRequired(targetPortal, at.child('targetPortal')),
      ...(iqn ? validateIscsiName(iqn, at.child('iqn')) : [required(at.child('iqn'))]),
      ...validateLun(source.lun ?? 0, at.child('lun')),
      ...(usesChap && !source.secretRef ? [required(at.child('secretRef'))] : []),
      ...(initiatorName === undefined ? [] : validateIscsiName(initiatorName, at.child('initiatorname'))),
    ];
  },

  fc: ({ targetWWNs = [], wwids = [], lun }: FCVolumeSource, at: FieldPath): FieldError[] => {
    const namesAt = at.child('targetWWNs');
    if (targetWWNs.length === 0) {
      if (wwids.length > 0) return [];
      return [required(namesAt, 'must specify either targetWWNs or wwids, but not both')];
    }
    const errors: FieldError[] = [];
    if (wwids.length > 0) {
      errors.push(invalid(namesAt, targetWWNs, 'targetWWNs and wwids can not be specified simultaneously'));
    }
    if (lun !== undefined) return [...errors, ...validateLun(lun, at.child('lun'))];
    return [...errors, required(at.child('lun'), 'lun is required if targetWWNs is specified')];
  },

  glusterfs: ({ endpoints, path }: GlusterfsVolumeSource, at: FieldPath): FieldError[] => {
    return [
      ...validateRequired(endpoints, at.child('endpoints')),
      ...validateRequired(path, at.child('path')),
    ];
  },

  rbd: ({ monitors, image }: RBDVolumeSource, at: FieldPath): FieldError[] => {
    return [
      ...((monitors ?? []).length > 0 ? [] : [required(at.child('monitors'))]),
      ...validateRequired(image, at.child('image')),
    ];
  },

  cephfs: ({ monitors }: CephFSVolumeSource, at: FieldPath): FieldError[] => {
    return (monitors ?? []).length > 0 ? [] : [required(at.child('monitors'))];
  },

  quobyte: ({ registry, tenant = '', volume }: QuobyteVolumeSource, at: FieldPath): FieldError[] => {
    const pairs = 'must be a host:port pair or multiple pairs separated by commas';
    const errors: FieldError[] = [];
    if (!registry) errors.push(required(at.child('registry'), pairs));
    else if (tenant.length >= 65) {
      const detail = 'must be a UUID and may not exceed a length of 64 characters';
      errors.push(required(at.child('tenant'), detail));
    } else {
      for (const pair of registry.split(',')) {
        if (!isHostPort(pair)) errors.push(invalid(at.child('registry'), registry, pairs));
      }
    }
    return [...errors, ...validateRequired(volume, at.child('volume'))];
  },
} as const;

const iscsiForms: Readonly<Record<string, RegExp>> = {
  iqn: /iqn\.\d{4}-\d{2}\.([a-zA-Z0-9\-.]+)(:[^,;*&$|\s]+)$/,
  eui: /^eui.[a-zA-Z0-9]{16}$/,
  naa: /^naa.[a-zA-Z0-9]{32}$/,
};

function validateIscsiName(name: string, at: FieldPath): FieldError[] {
  const form = iscsiForms[name.slice(0, 3)];
  if (!form) return [invalid(at, name, 'must be valid format starting with iqn, eui, or naa')];
  return form.test(name) ? [] : [invalid(at, name, 'must be valid format')];
}

function validateLun(lun: number, at: FieldPath): FieldError[] {
  return lun >= 0 && lun <= 255 ? [] : [invalid(at, lun, rangeExplanation(0, 255))];
}

function isHostPort(pair: string): boolean {
  return /^(?:\[[^[\]]*\]|[^:[\]]*):[^:[\]]*$/.test(pair);
}
