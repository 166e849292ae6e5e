import type { Command } from 'commander';
import type { CliContext } from '../cli-context.ts';
import { readSettings } from '../settings.ts';
import { withSettings } from './up-and-serve.ts';

export function addKeys(program: Command, context: CliContext): void {
  const keys = program.command('keys').description('keys that seal what rests');
  withSettings(keys.command('rotate'))
    .description('make a new master key and seal all keys under it; the instance may run meanwhile')
    .option('--data', 'also make new data keys and seal every Secret with them')
    .action(async (flags: Record<string, string> & { readonly data?: true }) => {
      const { rotateKeys } = await import('./keys-rotate.ts');
      const { data, ...settings } = flags;
      await rotateKeys(readSettings(settings, context.environment), {
        data: data === true,
        print: context.terminal.print,
      });
    });
}
