import { setTimeout as delay } from 'node:timers/promises';
import { CommanderError } from 'commander';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';
import { createProgram } from './program.ts';
import { createTerminal, type Terminal } from './shell/terminal.ts';

/** Runs the command of this process. @returns what the process is to end with */
export async function runCommandLine(): Promise<number> {
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
    return exitCodes.ok;
  } catch (error) {
    return report(error, terminal);
  }
}

/** One line for what a person can mend; the whole error for what nobody foresaw. */
async function report(error: unknown, terminal: Terminal): Promise<number> {
  // Commander has said it already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (error instanceof CliError) {
    terminal.tell(`berth: ${error.message}`);
    return error.exitCode;
  }
  const { BerthError } = await import('@berth/machinery');
  const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
  terminal.tell(error instanceof BerthError ? `berth: ${error.message}` : `berth: unexpected error: ${told}`);
  return exitCodes.failed;
}
