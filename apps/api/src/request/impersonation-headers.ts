import { badRequestError } from '@berth/machinery';

/** As whom a request asks to be made. */
export interface Impersonation {
  readonly username: string;
  readonly uid: string | undefined;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

const extraPrefix = 'impersonate-extra-';

/**
 * Reads the headers of impersonation.
 * https://kubernetes.io/docs/reference/access-authn-authz/user-impersonation/
 *
 * @param rawHeaders names and values in turn, as Node has them: a name may stand several times
 * @returns undefined where the request is its sender's own
 * @throws StatusError `BadRequest` for groups, extra or a uid of nobody
 */
export function impersonationOf(rawHeaders: readonly string[]): Impersonation | undefined {
  let username = '';
  let uid: string | undefined;
  const groups: string[] = [];
  const extra = new Map<string, string[]>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    const value = rawHeaders[index + 1] ?? '';
    if (!name.startsWith('impersonate-')) continue;
    if (name === 'impersonate-user') username = value;
    else if (name === 'impersonate-uid') uid = value;
    else if (name === 'impersonate-group') groups.push(value);
    else if (name.startsWith(extraPrefix)) {
      const key = unescaped(name.slice(extraPrefix.length));
      extra.set(key, [...(extra.get(key) ?? []), value]);
    }
  }
  if (username !== '') return { username, uid, groups, extra: Object.fromEntries(extra) };
  // To answer with the sender's own rights would give more than was asked for.
  if (uid === undefined && groups.length === 0 && extra.size === 0) return undefined;
  throw badRequestError('requested groups, extra or a uid without impersonating a user');
}

/** Keys may hold characters that header names cannot. */
function unescaped(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}
