/** Columns side by side, three spaces apart, as kubectl prints them. Empty cells are `<none>`. */
export function formatTable(columns: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const lines = [
    columns.map((column) => column.toUpperCase()),
    ...rows.map((row) => columns.map((_column, index) => oneLine(row[index] ?? '') || '<none>')),
  ];
  const widths = columns.map((_column, index) => Math.max(...lines.map((line) => line[index]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('   ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}

/** Control characters of others' texts do not reach the terminal. */
function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- those are what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
}

/** What is known of one thing, a name and a value a line. Absent values are left out. */
export function formatFacts(facts: ReadonlyArray<readonly [string, string | undefined]>): string {
  const known = facts.filter((fact): fact is readonly [string, string] => fact[1] !== undefined);
  const width = Math.max(0, ...known.map(([name]) => name.length + 1));
  return known.map(([name, value]) => `${`${name}:`.padEnd(width)}  ${oneLine(value)}\n`).join('');
}
