import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { projectNode, root } from './install.mjs';

/** Runs a script with the project's Node in the foreground; its end is this process' end. Signals reach it alone. */
export function run(args) {
  const child = spawn(projectNode(), args, {
    cwd: process.env.INIT_CWD ?? process.cwd(),
    stdio: 'inherit',
    env: {
      NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/berth-compile'),
      ...process.env,
      PATH: `${join(root, 'node_modules/.bin')}${delimiter}${process.env.PATH}`,
    },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    // A terminal signals the whole group, and npm passes signals on: the child decides, this process waits.
    process.on(signal, () => {
      if (!process.stdin.isTTY || signal !== 'SIGINT') child.kill(signal);
    });
  }
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
}
