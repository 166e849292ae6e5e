import { posix } from 'node:path';
import { badRequestError } from '../errors/request-errors.ts';

/** Where a list goes on, and at which revision it began. */
export interface ContinuePosition {
  /** -1: go on in the newest state, whatever changed since the first page. */
  readonly revision: number;
  /** '' for cluster-scoped objects. */
  readonly namespace: string;
  /** Objects after this one, in the order of (namespace, name). */
  readonly name: string;
}

/**
 * Kubernetes' own token: what its clients carry, and some look into. The start key names the last object of the page
 * with a zero byte behind it, so that it is the first key that is greater.
 */
export function encodeContinueToken({ revision, namespace, name }: ContinuePosition): string {
  const start = namespace === '' ? `${name}\0` : `${namespace}/${name}\0`;
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start })).toString('base64url');
}

/** @throws StatusError `BadRequest` for anything that is no such token. */
export function decodeContinueToken(token: string): ContinuePosition {
  const { v, rv, start } = parseToken(token);
  if (v !== 'meta.k8s.io/v1') {
    throw badRequestError(
      `invalid continue token: continue key is not valid: server does not recognize this encoded version ${v}`,
    );
  }
  if (rv === 0) {
    throw badRequestError(
      'invalid continue token: continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)',
    );
  }
  if (start === '') {
    throw badRequestError(
      'invalid continue token: continue key is not valid: encoded start key empty (version meta.k8s.io/v1)',
    );
  }
  const key = start.startsWith('/') ? start : `/${start}`;
  if (posix.normalize(key) !== key)
    throw badRequestError(`invalid continue token: continue key is not valid: ${start}`);
  return { revision: rv, ...splitKey(key.slice(1)) };
}

function parseToken(token: string): { v: string; rv: number; start: string } {
  if (!/^[A-Za-z0-9_-]*$/.test(token) || token.length % 4 === 1) {
    const position = token.search(/[^A-Za-z0-9_-]/);
    const at = position === -1 ? token.length - 1 : position;
    throw badRequestError(
      `invalid continue token: continue key is not valid: illegal base64 data at input byte ${at}`,
    );
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
  } catch (cause) {
    throw badRequestError('invalid continue token: continue key is not valid: the token is not JSON', cause);
  }
  const { v = '', rv = 0, start = '' } = (parsed ?? {}) as Record<string, unknown>;
  if (typeof v !== 'string' || typeof start !== 'string' || !Number.isSafeInteger(rv)) {
    throw badRequestError(
      'invalid continue token: continue key is not valid: a field of the token has the wrong type',
    );
  }
  return { v, rv: Number(rv), start };
}

/** A key that lacks its zero byte starts at the object itself; upstream never makes one, so it is read as after it. */
function splitKey(key: string): { namespace: string; name: string } {
  const slash = key.indexOf('/');
  const name = key.slice(slash + 1).replace(/\0$/, '');
  return { namespace: slash === -1 ? '' : key.slice(0, slash), name };
}
