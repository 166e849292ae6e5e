import { BerthError } from '@berth/machinery';
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { JWK } from 'jose';

/** A private key that cannot be opened: another master key, another owner, or bytes that were changed. */
export class SealError extends BerthError {
  override readonly name = 'SealError';

  constructor(message: string, options?: ErrorOptions) {
    super('unsealable', message, options);
  }
}

const algorithm = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;

/**
 * Seals a private key for storage: AES-256-GCM under a 32-byte master key.
 *
 * @param owner what the key belongs to (`<clusterId>/<kid>`). It is authenticated, so that a sealed key which is moved to
 *   another cluster's row does not open there.
 * @returns `v1.<iv, ciphertext and tag in base64url>`
 */
export function sealKey(privateJwk: JWK, owner: string, masterKey: Uint8Array): string {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv(algorithm, checkedMasterKey(masterKey), iv);
  cipher.setAAD(Buffer.from(owner));
  const sealed = Buffer.concat([
    iv,
    cipher.update(JSON.stringify(privateJwk)),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
  return `v1.${sealed.toString('base64url')}`;
}

/** Opens what {@link sealKey} made. @throws SealError */
export function openKey(sealed: string, owner: string, masterKey: Uint8Array): JWK {
  const [version, payload] = sealed.split('.');
  const bytes = Buffer.from(payload ?? '', 'base64url');
  if (version !== 'v1' || bytes.length <= ivBytes + tagBytes) {
    throw new SealError('the sealed key is not of a known form');
  }
  const decipher = createDecipheriv(algorithm, checkedMasterKey(masterKey), bytes.subarray(0, ivBytes));
  decipher.setAAD(Buffer.from(owner));
  decipher.setAuthTag(bytes.subarray(-tagBytes));
  try {
    const text = Buffer.concat([decipher.update(bytes.subarray(ivBytes, -tagBytes)), decipher.final()]);
    // GCM proves that these are the bytes that sealKey wrote.
    const jwk: JWK = JSON.parse(text.toString());
    return jwk;
  } catch (cause) {
    throw new SealError('the sealed key does not open with this master key', { cause });
  }
}

function checkedMasterKey(masterKey: Uint8Array): Uint8Array {
  if (masterKey.length !== 32) {
    throw new SealError(`the master key has ${masterKey.length} bytes, but must have 32`);
  }
  return masterKey;
}
