import { fileURLToPath } from 'node:url';
import { CliError } from '../cli-error.ts';

const entries: Readonly<Record<string, string>> = {
  api: '../../../api/src/main.ts',
  worker: '../../../worker/src/main.ts',
  node: '../../../node/src/main.ts',
};

/** `berth serve --role …`: one part in this process, set by the environment alone (see docs/operating.md). */
export async function serve(role: string): Promise<void> {
  const entry = entries[role];
  if (!entry) {
    throw new CliError(
      'ROLE_UNKNOWN',
      `--role must be one of ${Object.keys(entries).join(', ')}; got "${role}"`,
      { exitCode: 2 },
    );
  }
  await import(fileURLToPath(new URL(entry, import.meta.url)));
}
