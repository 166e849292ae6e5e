import { type FieldError, type FieldPath, invalid } from '@berth/machinery';

/** A path within something: relative, and not out of it. */
export function validateLocalPath(path: string, at: FieldPath): FieldError[] {
  const absolute = path.startsWith('/') ? [invalid(at, path, 'must be a relative path')] : [];
  return [...absolute, ...validateNoBacksteps(path, at)];
}

/** The same; names that begin with `..` are what volumes keep their versions under. */
export function validateLocalNonReservedPath(path: string, at: FieldPath): FieldError[] {
  const reserved = path.startsWith('..') && !path.startsWith('../');
  return [
    ...validateLocalPath(path, at),
    ...(reserved ? [invalid(at, path, "must not start with '..'")] : []),
  ];
}

export function validateNoBacksteps(path: string, at: FieldPath): FieldError[] {
  return path.split('/').includes('..') ? [invalid(at, path, "must not contain '..'")] : [];
}
