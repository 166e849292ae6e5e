import type { Argument, Command, Option } from 'commander';

/** Every command with its arguments and flags, in Markdown: the second half of docs/cli.md. */
export function commandReference(program: Command): string {
  return leavesOf(program)
    .map((command) => section(command))
    .join('\n');
}

/** Commands that do something, in the order of the help. */
function leavesOf(command: Command): readonly Command[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .filter((subcommand) => subcommand.name() !== 'help')
    .flatMap((subcommand) => (subcommand.commands.length > 0 ? leavesOf(subcommand) : [subcommand]));
}

function section(command: Command): string {
  const path = pathOf(command);
  const lines = [
    `### \`${[...path, usageOf(command)].join(' ').trim()}\``,
    '',
    sentence(command.description()),
  ];
  const aliases = aliasesOf(command, path);
  if (aliases.length > 0) lines.push('', `Also: ${aliases.map((alias) => `\`${alias}\``).join(', ')}.`);
  const rows = [
    ...command.registeredArguments.map(argumentRow),
    ...command.options.filter(({ hidden }) => !hidden).map(optionRow),
  ];
  if (rows.length > 0) lines.push('', '| | | default |', '|---|---|---|', ...rows);
  return `${lines.join('\n')}\n`;
}

function pathOf(command: Command): readonly string[] {
  return command.parent ? [...pathOf(command.parent), command.name()] : [command.name()];
}

function usageOf(command: Command): string {
  const args = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return args.join(' ');
}

function aliasesOf(command: Command, path: readonly string[]): readonly string[] {
  const above = path.slice(0, -1);
  const group = command.parent;
  return [
    ...command.aliases().map((alias) => [...above, alias].join(' ')),
    ...(group?.parent
      ? group.aliases().map((alias) => [...path.slice(0, -2), alias, command.name()].join(' '))
      : []),
  ];
}

function argumentRow(argument: Argument): string {
  const { description, defaultValue, argChoices } = argument;
  return row(argument.name(), { description, defaultValue, choices: argChoices });
}

function optionRow(option: Option): string {
  const { flags, description, defaultValue, argChoices, negate } = option;
  return row(flags, { description, defaultValue: negate ? undefined : defaultValue, choices: argChoices });
}

function row(
  what: string,
  told: {
    readonly description: string;
    readonly defaultValue: unknown;
    readonly choices: readonly string[] | undefined;
  },
): string {
  const { description, defaultValue, choices } = told;
  const isShown = typeof defaultValue === 'string' && defaultValue !== '';
  const text = choices ? `${description}: ${choices.join(', ')}` : description;
  return `| \`${what}\` | ${escaped(text)} | ${isShown ? `\`${defaultValue}\`` : ''} |`;
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}
