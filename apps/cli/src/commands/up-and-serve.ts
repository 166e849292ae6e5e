import type { Command } from 'commander';
import type { CliContext } from '../cli-context.ts';
import { readSettings, settingSources } from '../settings.ts';

/** A command with every setting of an instance as a flag. */
export function withSettings(command: Command): Command {
  for (const source of Object.values(settingSources)) {
    const fallback = source.fallback === undefined ? '' : `, default ${source.fallback}`;
    command.option(source.flag, `${source.help} (${source.variable}${fallback})`);
  }
  return command;
}

export function addUpAndServe(program: Command, context: CliContext): void {
  withSettings(program.command('up').description('start everything on this machine')).action(
    async (flags: Record<string, string>) => {
      const settings = readSettings(flags, context.environment);
      // Each command loads what it needs when it runs: a wrong flag is told at once.
      const { up } = await import('./up.ts');
      await up(settings, context.terminal.print);
    },
  );
  program
    .command('serve')
    .description('run one part in this process; its settings come from the environment')
    .requiredOption('--role <role>', 'api, worker or node')
    .action(async ({ role }: { readonly role: string }) => (await import('./serve.ts')).serve(role));
}
