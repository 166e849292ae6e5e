import { BerthError } from '@berth/machinery';
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** What cannot be opened: another key, another owner, or bytes that were changed. */
export class SealError extends BerthError {
  override readonly name = 'SealError';

  constructor(message: string, options?: ErrorOptions) {
    super('unsealable', message, options);
  }
}

/** AES-256: every key has so many bytes. */
export const keyBytes = 32;

const algorithm = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;

/**
 * AES-256-GCM under a 32-byte key, with a random 96-bit nonce (NIST SP 800-38D §8.2.2: good for 2^32 messages a key).
 *
 * @param owner is authenticated but not part of the result: what is moved to another owner does not open there.
 * @returns nonce, ciphertext and tag, in base64url
 */
export function sealBytes(plain: Uint8Array | string, owner: string, key: Uint8Array): string {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv(algorithm, key, iv);
  cipher.setAAD(Buffer.from(owner));
  const text = typeof plain === 'string' ? Buffer.from(plain) : plain;
  return Buffer.concat([iv, cipher.update(text), cipher.final(), cipher.getAuthTag()]).toString('base64url');
}

/** Opens what {@link sealBytes} made. @throws SealError */
export function openBytes(sealed: string, owner: string, key: Uint8Array): Buffer {
  const bytes = Buffer.from(sealed, 'base64url');
  if (bytes.length < ivBytes + tagBytes) throw new SealError('the sealed bytes are cut short');
  const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, ivBytes));
  decipher.setAAD(Buffer.from(owner));
  decipher.setAuthTag(bytes.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(ivBytes, -tagBytes)), decipher.final()]);
  } catch (cause) {
    throw new SealError('the sealed bytes do not open with this key, or for this owner', { cause });
  }
}
