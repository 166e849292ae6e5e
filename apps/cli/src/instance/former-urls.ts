import { readFile, writeFile } from 'node:fs/promises';

/** Tokens live for a year at most, and ports change seldom. */
const mostKept = 20;

/**
 * Notes in a file that the instance is reached under this URL from now on.
 *
 * @returns those under which it was reached before, the latest first: running pods have tokens that name them.
 */
export async function noteServerUrl(file: string, url: string): Promise<readonly string[]> {
  const noted = (await readFile(file, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
  const former = noted.filter((line) => line !== url).slice(0, mostKept - 1);
  const now = `${[url, ...former].join('\n')}\n`;
  if (noted[0] !== url) await writeFile(file, now, { mode: 0o600 });
  return former;
}
