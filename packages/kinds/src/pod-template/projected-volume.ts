import { type FieldError, type FieldPath, forbidden, invalid, required } from '@berth/machinery';
import type {
  ProjectedVolumeSource,
  ServiceAccountTokenProjection,
  VolumeProjection,
} from '../generated/api-types.ts';
import { validateFileMode, validateRequired } from './field-checks.ts';
import { validateDownwardFile, validateItems } from './file-sources.ts';
import { validateLocalNonReservedPath } from './paths.ts';

/** Several sources in one directory. No two may make the same file. */
export function validateProjected(projected: ProjectedVolumeSource, at: FieldPath): FieldError[] {
  const paths = new Set<string>();
  return [
    ...validateFileMode(projected.defaultMode, at.child('defaultMode')),
    ...(projected.sources ?? []).flatMap((source, index) => {
      const sourceAt = at.child('sources').index(index);
      const given = Object.values(source).filter((part) => part !== undefined && part !== null);
      return [
        ...validateKeyed(source, sourceAt),
        ...conflictingPaths(source, at, paths),
        ...(source.serviceAccountToken
          ? validateToken(source.serviceAccountToken, sourceAt.child('serviceAccountToken'), at)
          : []),
        ...(given.length > 1
          ? [forbidden(sourceAt, 'may not specify more than 1 volume type per source')]
          : []),
      ];
    }),
  ];
}

function validateKeyed({ secret, configMap, downwardAPI }: VolumeProjection, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  for (const [field, source] of Object.entries({ secret, configMap })) {
    if (!source) continue;
    errors.push(...validateRequired(source.name, at.child(field, 'name')));
    errors.push(...validateItems(source.items, at.child(field, 'items')));
  }
  for (const file of downwardAPI?.items ?? []) {
    errors.push(...validateDownwardFile(file, at.child('downwardAPI')));
  }
  return errors;
}

/** Upstream names the whole volume in these errors, and as the value the source's name, or the path if it has none. */
function conflictingPaths(
  { secret, configMap, downwardAPI }: VolumeProjection,
  at: FieldPath,
  taken: Set<string>,
): FieldError[] {
  const errors: FieldError[] = [];
  const take = (path: string, shown: string) => {
    if (path && taken.has(path)) errors.push(invalid(at, shown, 'conflicting duplicate paths'));
    taken.add(path);
  };
  for (const source of [secret, configMap]) {
    for (const { path } of source?.items ?? []) take(path, source?.name ?? '');
  }
  for (const { path } of downwardAPI?.items ?? []) take(path, path);
  return errors;
}

const minTokenSeconds = 10 * 60;
const maxTokenSeconds = 2 ** 32;

function validateToken(
  { expirationSeconds = 0, path }: ServiceAccountTokenProjection,
  at: FieldPath,
  volumeAt: FieldPath,
): FieldError[] {
  const secondsAt = at.child('expirationSeconds');
  const errors: FieldError[] = [];
  if (expirationSeconds < minTokenSeconds) {
    errors.push(invalid(secondsAt, expirationSeconds, 'may not specify a duration less than 10 minutes'));
  }
  if (expirationSeconds > maxTokenSeconds) {
    const detail = 'may not specify a duration larger than 2^32 seconds';
    errors.push(invalid(secondsAt, expirationSeconds, detail));
  }
  const pathAt = volumeAt.child('path');
  return [...errors, ...(path ? validateLocalNonReservedPath(path, pathAt) : [required(pathAt)])];
}
