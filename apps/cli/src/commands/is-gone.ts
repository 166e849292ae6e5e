import type { Api } from '../api/api.ts';
import { CliError } from '../cli-error.ts';

/** True once the object is not there any more; undefined while it is. */
export async function isGone(api: Api, path: string): Promise<true | undefined> {
  try {
    await api.call({ method: 'GET', path });
    return undefined;
  } catch (error) {
    if (error instanceof CliError && error.code === 'NOT_FOUND') return true;
    throw error;
  }
}
