// Installs the dependencies when they are missing or older than the lockfile. Needs nothing but Node 20 and npm.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mendDependencies } from './mend-dependencies.mjs';

export const root = fileURLToPath(new URL('..', import.meta.url));

const modules = join(root, 'node_modules');
const stamp = join(modules, '.berth-install.json');

/** The Node 24 that the project brings along; the machine's own where its platform has no package. */
export function projectNode() {
  const own = join(modules, '.bin/node');
  if (existsSync(own)) return own;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  console.error(
    `berth: needs Node 24; this is ${process.version}, and there is no package of it for ${process.platform}-${process.arch}`,
  );
  return process.exit(1);
}

/**
 * Runs `npm install`, to the letter of the lockfile, unless what is installed matches the lockfile, and says how it goes. Mends what
 * is broken in it.
 *
 * @param {'production' | 'all'} scope development tools are left out of `production`.
 */
export async function install(scope) {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const last = existsSync(stamp) ? JSON.parse(readFileSync(stamp, 'utf8')) : {};
  if (last.lock === lock && (last.scope === 'all' || last.scope === scope)) {
    mendDependencies(modules);
    return;
  }
  // Not `npm ci`: that one insists that every optional package of every other platform can be had, too.
  const args = ['install', '--no-save', ...(scope === 'production' ? ['--omit=dev'] : [])];
  const purpose = scope === 'production' ? 'what running needs' : 'what running and developing need';
  console.log(`berth: installing ${purpose} (npm ${args.join(' ')})`);
  const started = Date.now();
  const elapsed = () => `${((Date.now() - started) / 1000).toFixed(0)} s`;
  const progress = setInterval(
    () => console.log(`berth: installing, ${elapsed()}, ${packageCount()} packages so far`),
    3000,
  );
  const npm = spawn('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const code = await new Promise((resolve) => {
    npm
      .once('error', (error) => resolve(error.message))
      .once('exit', (status, signal) => resolve(status ?? signal));
  });
  clearInterval(progress);
  if (code !== 0) {
    console.error(`berth: npm install failed (${code})`);
    process.exit(1);
  }
  mendDependencies(modules);
  writeFileSync(stamp, JSON.stringify({ lock, scope }));
  console.log(`berth: installed ${packageCount()} packages in ${elapsed()}`);
}

function packageCount() {
  if (!existsSync(modules)) return 0;
  const entries = readdirSync(modules);
  const scopes = entries.filter((name) => name.startsWith('@'));
  const scoped = scopes.reduce((count, name) => count + readdirSync(join(modules, name)).length, 0);
  return entries.length - scopes.length + scoped;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await install(process.argv[2] === 'production' ? 'production' : 'all');
}
