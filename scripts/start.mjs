// `npm start`: installs what is missing, then `berth up` with the same arguments.
import { join } from 'node:path';
import { install, root } from './install.mjs';
import { run } from './run.mjs';

await install('production');
run([join(root, 'apps/cli/src/main.ts'), 'up', ...process.argv.slice(2)]);
