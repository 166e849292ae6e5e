import { CliError, usageError } from '../cli-error.ts';
import type { Terminal } from '../shell/terminal.ts';

/** Lets a person think twice. @throws CliError USAGE where nobody is there to ask; CANCELLED */
export async function confirm(
  terminal: Terminal,
  { question, isConfirmed }: { readonly question: string; readonly isConfirmed: boolean },
): Promise<void> {
  if (isConfirmed) return;
  if (!terminal.isInteractive) throw usageError(`${question} Say so by --yes.`);
  if (/^y(es)?$/i.test(await terminal.ask(`${question} [y/N] `))) return;
  throw new CliError('CANCELLED', 'nothing was changed');
}
