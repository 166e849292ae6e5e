import type { Argument, Command, Option } from 'commander';

/** Something that could stand at the cursor. */
export interface Candidate {
  readonly value: string;
  /** '' where there is nothing to say. */
  readonly description: string;
}

/** The names that there are of a thing: `cluster`, `tenant`, `context`. None for what it does not know. */
export type NameLookup = (thing: string) => Promise<readonly string[]>;

interface Position {
  readonly command: Command;
  /** Arguments of the command that stand before the cursor. */
  readonly args: number;
  /** The option whose value the cursor is at. */
  readonly option: Option | undefined;
}

/**
 * What could stand at the cursor of a command line.
 *
 * @param words those after the program's name; the last one is what was typed of the word at the cursor, maybe ''
 */
export async function complete(
  program: Command,
  words: readonly string[],
  lookup: NameLookup,
): Promise<readonly Candidate[]> {
  const typed = words.at(-1) ?? '';
  const position = walk(program, words.slice(0, -1));
  const [flag = '', ...value] = typed.split('=');
  const assigned = typed.startsWith('--') && value.length > 0 ? optionOf(position.command, flag) : undefined;
  const candidates = await candidatesAt(
    assigned ? { ...position, option: assigned } : position,
    typed,
    lookup,
  );
  return candidates
    .map((candidate) => (assigned ? { ...candidate, value: `${flag}=${candidate.value}` } : candidate))
    .filter((candidate) => candidate.value.startsWith(typed));
}

async function candidatesAt(
  { command, args, option }: Position,
  typed: string,
  lookup: NameLookup,
): Promise<readonly Candidate[]> {
  if (option !== undefined) return valuesOf(option.argChoices, placeholderOf(option), lookup);
  if (typed.startsWith('-')) {
    return visibleOptions(command).map(({ long, short, description }) => ({
      value: long ?? short ?? '',
      description,
    }));
  }
  const argument = argumentAt(command, args);
  const values = argument ? await valuesOf(argument.argChoices, argument.name(), lookup) : [];
  return args === 0 ? [...subcommandsOf(command), ...values] : values;
}

function walk(program: Command, words: readonly string[]): Position {
  let position: Position = { command: program, args: 0, option: undefined };
  for (const word of words) position = step(position, word);
  return position;
}

function step({ command, args, option }: Position, word: string): Position {
  if (option !== undefined) return { command, args, option: undefined };
  if (word.startsWith('-')) {
    const found = word.includes('=') ? undefined : optionOf(command, word);
    return { command, args, option: found?.required ? found : undefined };
  }
  const subcommand =
    args === 0
      ? command.commands.find((candidate) => [candidate.name(), ...candidate.aliases()].includes(word))
      : undefined;
  return subcommand
    ? { command: subcommand, args: 0, option: undefined }
    : { command, args: args + 1, option: undefined };
}

function optionOf(command: Command, flag: string): Option | undefined {
  return command.options.find(({ long, short }) => flag === long || flag === short);
}

function visibleOptions(command: Command): readonly Option[] {
  return command.createHelp().visibleOptions(command);
}

function subcommandsOf(command: Command): readonly Candidate[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .map((subcommand) => ({ value: subcommand.name(), description: subcommand.description() }));
}

function argumentAt({ registeredArguments }: Command, index: number): Argument | undefined {
  const last = registeredArguments.at(-1);
  return registeredArguments[index] ?? (last?.variadic ? last : undefined);
}

function placeholderOf({ flags }: Option): string {
  return /[<[]([^>\]]+)[>\]]/.exec(flags)?.[1] ?? '';
}

async function valuesOf(
  choices: readonly string[] | undefined,
  thing: string,
  lookup: NameLookup,
): Promise<readonly Candidate[]> {
  const values = choices ?? (await lookup(thing.replace(/\.+$/, '')));
  return values.map((value) => ({ value, description: '' }));
}
