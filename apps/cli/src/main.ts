#!/usr/bin/env node
import { setTimeout as delay } from 'node:timers/promises';
import { BerthError } from '@berth/machinery';
import { CommanderError } from 'commander';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';
import { createProgram } from './program.ts';
import { createTerminal } from './shell/terminal.ts';

const terminal = createTerminal({ input: process.stdin, output: process.stdout, messages: process.stderr });
// What reads the output may have seen enough (`| head`): that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCodes.ok);
  throw error;
});

const program = createProgram({
  terminal,
  environment: process.env,
  directory: process.cwd(),
  now: () => new Date(),
  sleep: (ms) => delay(ms),
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** One line for what a person can mend; the whole error for what nobody foresaw. */
function report(error: unknown): number {
  // Commander has said it already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (error instanceof BerthError) {
    terminal.tell(`berth: ${error.message}`);
    return error instanceof CliError ? error.exitCode : exitCodes.failed;
  }
  const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
  terminal.tell(`berth: unexpected error: ${told}`);
  return exitCodes.failed;
}
