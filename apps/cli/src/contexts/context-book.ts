import { mkdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { CliContext } from '../cli-context.ts';
import { CliError } from '../cli-error.ts';
import { replaceFile, withFileLock } from '../shell/replace-file.ts';
import { type ContextBook, emptyBook } from './context.ts';

const credential = z.discriminatedUnion('type', [
  z.object({ type: z.literal('token'), token: z.string() }),
  z.object({
    type: z.literal('oidc'),
    issuer: z.string(),
    clientId: z.string(),
    scopes: z.array(z.string()),
    issuerAuthority: z.string().exactOptional(),
    refreshToken: z.string().exactOptional(),
    token: z.string(),
  }),
]);
const schema = z.object({
  current: z.string().exactOptional(),
  contexts: z.record(
    z.string(),
    z.object({
      server: z.string(),
      certificateAuthority: z.string().exactOptional(),
      tenant: z.string().exactOptional(),
      credential: credential.exactOptional(),
    }),
  ),
});

/** `BERTH_CONFIG`, or `berth/config.json` in the user's folder for settings. */
export function contextBookPath(environment: CliContext['environment']): string {
  const { BERTH_CONFIG, XDG_CONFIG_HOME, HOME } = environment;
  if (BERTH_CONFIG) return BERTH_CONFIG;
  return join(XDG_CONFIG_HOME || join(HOME || homedir(), '.config'), 'berth', 'config.json');
}

/** @throws CliError CONFIG_MALFORMED */
export async function readContextBook(path: string): Promise<ContextBook> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  if (text === '') return emptyBook;
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new CliError('CONFIG_MALFORMED', `${path} is not what berth wrote. Remove it, and log in again.`, {
      cause,
    });
  }
}

/** Changes the book while nobody else does: it holds secrets, and many commands may run at once. */
export async function updateContextBook<T>(
  path: string,
  change: (book: ContextBook) => Promise<{ readonly book: ContextBook; readonly result: T }>,
): Promise<T> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  return withFileLock(path, async () => {
    const before = await readContextBook(path);
    const { book, result } = await change(before);
    if (book !== before) await replaceFile(path, `${JSON.stringify(book, null, 2)}\n`, { mode: 0o600 });
    return result;
  });
}
