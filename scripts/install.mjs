// Installs the dependencies when they are missing or older than the lockfile. Needs nothing but Node 20 and npm.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

const modules = join(root, 'node_modules');
const stamp = join(modules, '.berth-install.json');

/** The Node 24 that the project brings along; the machine's own where its platform has no package. */
export function projectNode() {
  const own = join(modules, '.bin/node');
  if (existsSync(own)) return own;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  console.error(`berth: needs Node 24; this is ${process.version}, and there is no package of it for ${process.platform}-${process.arch}`);
  return process.exit(1);
}

/** @param {'production' | 'all'} scope development tools are left out of `production`. */
export function install(scope) {
  const lock = createHash('sha256').update(readFileSync(join(root, 'package-lock.json'))).digest('hex');
  const last = existsSync(stamp) ? JSON.parse(readFileSync(stamp, 'utf8')) : {};
  if (last.lock === lock && (last.scope === 'all' || last.scope === scope)) return;
  const omit = scope === 'production' ? ['--omit=dev'] : [];
  console.log(`berth: installing ${scope === 'production' ? 'the' : 'all (with development)'} dependencies: npm ci ${omit.join(' ')}`.trimEnd());
  const started = Date.now();
  const result = spawnSync('npm', ['ci', ...omit, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', process.stdout.isTTY ? 'inherit' : 'pipe', 'inherit'],
  });
  if (result.status !== 0) {
    console.error(`berth: npm ci failed (${result.error?.message ?? `exit code ${result.status}`})`);
    process.exit(1);
  }
  mkdirSync(modules, { recursive: true });
  writeFileSync(stamp, JSON.stringify({ lock, scope }));
  console.log(`berth: installed in ${((Date.now() - started) / 1000).toFixed(0)} s`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) install(process.argv[2] === 'production' ? 'production' : 'all');
