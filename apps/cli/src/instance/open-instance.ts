import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openStore, type OpenStoreOptions, type Store } from '@berth/store';
import { CliError } from '../cli-error.ts';
import type { Settings } from '../settings.ts';
import type { DataDirectory } from './data-directory.ts';

/**
 * The database of an instance that runs: `DATABASE_URL`, or the embedded server of the data directory.
 *
 * @throws CliError NOT_RUNNING
 */
export async function databaseUrlOf(settings: Settings, directory: DataDirectory): Promise<string> {
  if (settings.databaseUrl) return settings.databaseUrl;
  const [port, password] = await Promise.all(
    ['port', 'password'].map((name) => readFile(join(directory.postgres, name), 'utf8').catch(() => '')),
  );
  if (!port || !password) {
    throw notRunning(directory);
  }
  return `postgres://berth:${password.trim()}@127.0.0.1:${port.trim()}/berth`;
}

/** Opens the store for one command and closes it after. */
export async function withStore<T>(
  databaseUrl: string,
  use: (store: Store) => Promise<T>,
  options: Pick<OpenStoreOptions, 'bodyCipher'> = {},
): Promise<T> {
  const store = openStore({
    ...options,
    databaseUrl,
    hints: silentHints,
    clusterPoolSize: 1,
    fleetPoolSize: 1,
  });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/** A command's few writes need no hint: readers find them by polling. */
const silentHints = {
  publish: () => undefined,
  subscribe: () => () => undefined,
  requestTurn: () => undefined,
};

function notRunning(directory: DataDirectory, cause?: unknown): CliError {
  return new CliError(
    'NOT_RUNNING',
    `there is no instance in ${directory.path}. Start one with npm start, or set BERTH_DATA_DIR or DATABASE_URL.`,
    { cause },
  );
}
