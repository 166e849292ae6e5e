import { BerthError } from '@berth/machinery';

const masterKeyBytes = 32;

/** The master key file holds no key. */
class MasterKeyError extends BerthError {
  constructor(sizeBytes: number) {
    super(
      'MASTER_KEY',
      `the master key must be ${masterKeyBytes} bytes in base64; the file holds ${sizeBytes}`,
    );
  }
}

/** The bytes of a master key file: 32 of them, in base64. @throws MasterKeyError */
export function parseMasterKey(text: string): Uint8Array {
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length !== masterKeyBytes) throw new MasterKeyError(key.length);
  return key;
}
