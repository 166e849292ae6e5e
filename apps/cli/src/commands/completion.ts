import { Argument, type Command } from 'commander';
import type { CliContext } from '../cli-context.ts';
import { complete } from '../completion/complete.ts';
import { completionScripts, type Shell } from '../completion/completion-scripts.ts';
import { lookUpNames } from '../completion/look-up-names.ts';
import { examples } from './examples.ts';

export function addCompletion(program: Command, context: CliContext): void {
  program
    .command('completion')
    .description('print what makes a shell complete commands and names')
    .addArgument(new Argument('<shell>', 'which one').choices(Object.keys(completionScripts)))
    .addHelpText(
      'after',
      examples(
        ['source <(berth completion bash)', 'in ~/.bashrc'],
        ['source <(berth completion zsh)', 'in ~/.zshrc, after compinit'],
        ['berth completion fish | source', 'in ~/.config/fish/config.fish'],
      ),
    )
    .action((shell: Shell) => context.terminal.print(completionScripts[shell]));
  program
    .command('complete', { hidden: true })
    .description('what could stand at the cursor; the scripts of berth completion ask this')
    .argument('[words...]', 'those after the program’s name, the last one as far as it was typed')
    .action(async (words: readonly string[]) => {
      const candidates = await complete(program, words, lookUpNames(context, words));
      const lines = candidates.map(
        ({ value, description }) => `${value}${description && `\t${description}`}\n`,
      );
      context.terminal.print(lines.join(''));
    });
}
