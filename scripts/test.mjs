// `npm test`: installs what is missing, then runs the tests (or those whose paths are given).
import { join } from 'node:path';
import { install, root } from './install.mjs';
import { run } from './run.mjs';

await install('all');
run([join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--root', root, ...process.argv.slice(2)]);
