import type { Finding, Result } from './measure.ts';

const columns: ReadonlyArray<{ readonly title: string; readonly cell: (result: Result) => string }> = [
  { title: 'scenario', cell: (result) => result.scenario },
  { title: 'operation', cell: (result) => result.operation },
  { title: 'count', cell: (result) => String(result.operations) },
  { title: 'per second', cell: (result) => rounded(result.perSecond) },
  { title: 'p50 ms', cell: (result) => rounded(result.p50Ms) },
  { title: 'p99 ms', cell: (result) => rounded(result.p99Ms) },
  { title: 'max ms', cell: (result) => rounded(result.maxMs) },
  { title: 'errors', cell: (result) => String(result.errors) },
  { title: 'note', cell: (result) => result.note },
];

/** One line per result, columns aligned: text to the left, numbers to the right. */
export function formatTable(results: readonly Result[]): string {
  const rows = [
    columns.map(({ title }) => title),
    ...results.map((result) => columns.map(({ cell }) => cell(result))),
  ];
  const widths = columns.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, index) => align(cell, index, widths))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function align(cell: string, index: number, widths: readonly number[]): string {
  const width = widths[index] ?? 0;
  const isText = index < 2 || index === columns.length - 1;
  return isText ? cell.padEnd(width) : cell.padStart(width);
}

function rounded(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(1);
}

/** `what  value`, a line each. */
export function formatFindings(findings: readonly Finding[]): string {
  const width = Math.max(0, ...findings.map(({ what }) => what.length));
  return findings.map(({ what, value }) => `${what.padEnd(width)}  ${value}`).join('\n');
}
