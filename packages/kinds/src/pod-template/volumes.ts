import {
  duplicate,
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  nameIsDnsSubdomain,
  goQuote,
  required,
} from '@berth/machinery';
import type { Volume } from '../generated/api-types.ts';
import { invalidFor, validateDnsLabel } from './field-checks.ts';
import type { VolumesByName } from './volume-mounts.ts';
import { volumeSourceRules } from './volume-source-rules.ts';

/** What of the pod its volumes depend on. */
export interface VolumeContext {
  /** '' in templates: claims of ephemeral volumes are named by it. */
  readonly podName: string;
  readonly isPod: boolean;
}

export interface CheckedVolumes {
  readonly volumes: VolumesByName;
  readonly errors: readonly FieldError[];
}

/** Checks a pod's volumes; those without an error may be mounted. */
export function checkVolumes(
  volumes: readonly Volume[],
  at: FieldPath,
  context: VolumeContext,
): CheckedVolumes {
  const valid = new Map<string, Volume>();
  const errors: FieldError[] = [];
  for (const [index, volume] of volumes.entries()) {
    const volumeAt = at.index(index);
    const nameAt = volumeAt.child('name');
    const found = validateSource(volume, volumeAt, context);
    found.push(...(volume.name ? validateDnsLabel(volume.name, nameAt) : [required(nameAt)]));
    if (valid.has(volume.name)) found.push(duplicate(nameAt, volume.name));
    if (found.length === 0) valid.set(volume.name, volume);
    errors.push(...found, ...validateClaimName(volume, volumeAt, createdClaims(volumes, context)));
  }
  return { volumes: valid, errors };
}

/** Exactly one source. */
function validateSource(volume: Volume, at: FieldPath, context: VolumeContext): FieldError[] {
  const errors: FieldError[] = [];
  let sources = 0;
  for (const rule of volumeSourceRules) {
    if (!rule.isGiven(volume)) continue;
    sources += 1;
    if (sources > 1) errors.push(forbidden(at.child(rule.field), 'may not specify more than 1 volume type'));
    else errors.push(...rule.validate(volume, at, context));
  }
  if (
    volume.iscsi?.initiatorName !== undefined &&
    `${volume.name}:${volume.iscsi.targetPortal}`.length > 64
  ) {
    const detail =
      'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.';
    errors.push(invalid(at.child('name'), volume.name, detail));
  }
  if (volume.ephemeral && context.podName && volume.name) {
    const claim = `${context.podName}-${volume.name}`;
    const problems = nameIsDnsSubdomain(claim).map((problem) => `PVC name ${goQuote(claim)}: ${problem}`);
    errors.push(...invalidFor({ at: at.child('name'), value: volume.name }, problems));
  }
  return sources > 0 ? errors : [...errors, required(at, 'must specify a volume type')];
}

/** Claims that will be made for the pod's ephemeral volumes. */
function createdClaims(volumes: readonly Volume[], { podName }: VolumeContext): ReadonlySet<string> {
  if (!podName) return new Set();
  return new Set(volumes.filter((volume) => volume.ephemeral).map((volume) => `${podName}-${volume.name}`));
}

function validateClaimName(volume: Volume, at: FieldPath, created: ReadonlySet<string>): FieldError[] {
  const claimName = volume.persistentVolumeClaim?.claimName;
  if (claimName === undefined || !created.has(claimName)) return [];
  const detail = 'must not reference a PVC that gets created for an ephemeral volume';
  return [invalid(at.child('persistentVolumeClaim', 'claimName'), claimName, detail)];
}
