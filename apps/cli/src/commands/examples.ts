/** Examples for a command's help, each with what it does. */
export function examples(...lines: ReadonlyArray<readonly [command: string, does: string]>): string {
  const width = Math.max(...lines.map(([command]) => command.length));
  const shown = lines.map(
    ([command, does]) => `  ${does === '' ? command : `${command.padEnd(width)}  # ${does}`}`,
  );
  return ['', 'Examples:', ...shown].join('\n');
}
