import type { ObjectKey } from '../types.ts';

/** A body as it rests when it is sealed: `sealed.v1.<id of the data key>.<payload>`. JSON never begins like that. */
export const sealedPrefix = 'sealed.v1.';

export function isSealed(body: string): boolean {
  return body.startsWith(sealedPrefix);
}

export function sealedBody(keyId: string, payload: string): string {
  return `${sealedWith(keyId)}${payload}`;
}

/** What every body begins with that was sealed with this data key. */
export function sealedWith(keyId: string): string {
  return `${sealedPrefix}${keyId}.`;
}

export function partsOf(sealed: string): { readonly keyId: string; readonly payload: string } {
  const [keyId = '', payload = ''] = sealed.slice(sealedPrefix.length).split('.');
  return { keyId, payload };
}

/** Whose body it is. A row that is copied to another object or cluster does not open there. */
export function ownerOf(clusterId: string, { resource, namespace, name }: ObjectKey): string {
  return `body/${clusterId}/${resource}/${namespace}/${name}`;
}
