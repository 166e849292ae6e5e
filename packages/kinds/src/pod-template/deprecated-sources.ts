import type { FieldPath } from '@berth/machinery';
import { fieldWarning } from './field-warning.ts';

/** Sources of volumes that do nothing any more, in upstream's order, with the field as its message has it. */
const deprecatedSources = [
  ['photonPersistentDisk', 'photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['gitRepo', 'gitRepo', 'deprecated in v1.11, and disabled by default in v1.33+'],
  ['scaleIO', 'scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['flocker', 'flocker', 'deprecated in v1.22, non-functional in v1.25+'],
  ['storageos', 'storageOS', 'deprecated in v1.22, non-functional in v1.25+'],
  ['quobyte', 'quobyte', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['cephfs', 'cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['rbd', 'rbd', 'deprecated in v1.28, non-functional in v1.31+'],
] as const;

type DeprecatedSource = (typeof deprecatedSources)[number][0];

/** Of a volume of a pod, or of a persistent one. */
export function deprecatedSourceWarnings(
  volume: { readonly [S in DeprecatedSource]?: unknown },
  at: FieldPath,
): string[] {
  return deprecatedSources
    .filter(([source]) => volume[source])
    .map(([, field, message]) => fieldWarning(at.child(field), message));
}
