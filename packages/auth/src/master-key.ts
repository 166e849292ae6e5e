import { createHash, randomBytes } from 'node:crypto';
import { BerthError } from '@berth/machinery';
import { keyBytes } from './seal-bytes.ts';

/** A key that seals other keys. Never stored by Berth beside what it seals. */
export interface MasterKey {
  /** Derived from the key, so that what it sealed can name it: 16 hexadecimal digits. */
  readonly id: string;
  /** 32 of them. */
  readonly bytes: Uint8Array;
}

/** A master key that is missing, malformed, or not the one that is needed. */
export class MasterKeyError extends BerthError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('MASTER_KEY', message, options);
  }
}

/** @throws MasterKeyError */
export function masterKeyOf(bytes: Uint8Array): MasterKey {
  if (bytes.length !== keyBytes) {
    throw new MasterKeyError(`a master key must be ${keyBytes} bytes in base64; got ${bytes.length}`);
  }
  const digest = createHash('sha256').update('berth master key\0').update(bytes).digest('hex');
  return { id: digest.slice(0, 16), bytes };
}

export function generateMasterKey(): MasterKey {
  return masterKeyOf(randomBytes(keyBytes));
}

/**
 * The keys of a text: one a line (or comma-separated), in base64, the newest first. Lines that begin with `#` are comments.
 *
 * @throws MasterKeyError for a line that holds no key, without saying what it holds
 */
export function parseMasterKeys(text: string): readonly MasterKey[] {
  return text
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => masterKeyOf(Buffer.from(line, 'base64')));
}
