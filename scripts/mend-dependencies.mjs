// Mends faults of dependencies whose maintainers have not released a fix yet. Each says what is wrong, and goes when its package is raised.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * `postgres` 3.4.9 gathers small writes until the next round of the event loop. If the connection dies in between,
 * - it forgets to forget the round that it waits for: nothing small is sent over that connection any more, not even after it was opened again;
 * - a statement of a transaction that is still open is written to no socket at all, which is an uncaught exception and ends the process.
 *
 * https://github.com/porsager/postgres/issues/1154, https://github.com/porsager/postgres/issues/1208
 */
const postgresWrites = {
  package: 'postgres',
  version: '3.4.9',
  file: 'src/connection.js',
  changes: [
    {
      times: 2,
      from: '    clearImmediate(nextWriteTimer)\n',
      to: '    clearImmediate(nextWriteTimer)\n    nextWriteTimer = chunk = null\n',
    },
    {
      times: 1,
      from: '  function nextWrite(fn) {\n',
      to: `  function nextWrite(fn) {
    if (socket === null) {
      const lost = Errors.connection('CONNECTION_CLOSED', options)
      nextWriteTimer = chunk = null
      query && queryError(query, lost)
      query = null
      while (sent.length) queryError(sent.shift(), lost)
      return false
    }
`,
    },
  ],
};

const mends = [postgresWrites];

/** @param {string} modules the folder `node_modules`. @throws Error if a dependency is not what the mend was made for */
export function mendDependencies(modules) {
  for (const mend of mends) {
    const folder = join(modules, mend.package);
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    if (version !== mend.version)
      throw new Error(
        `scripts/mend-dependencies.mjs is for ${mend.package} ${mend.version}, but ${version} is installed: is the mend still needed?`,
      );
    const path = join(folder, mend.file);
    const before = readFileSync(path, 'utf8');
    if (mend.changes.every(({ to }) => before.includes(to))) continue;
    let text = before;
    for (const { from, to, times } of mend.changes) {
      const parts = text.split(from);
      if (parts.length !== times + 1)
        throw new Error(`${path} is not as ${mend.package} ${mend.version} has it`);
      text = parts.join(to);
    }
    // A new file: package managers may share the old one between folders.
    writeFileSync(`${path}.mended`, text);
    renameSync(`${path}.mended`, path);
  }
}
