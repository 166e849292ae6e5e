import type { Finding, Result } from './measure.ts';
import type { MemoryUse } from './memory/memory-use.ts';

interface Column<Row> {
  readonly title: string;
  readonly isText?: boolean;
  readonly cell: (row: Row) => string;
}

const resultColumns: ReadonlyArray<Column<Result>> = [
  { title: 'scenario', isText: true, cell: (result) => result.scenario },
  { title: 'operation', isText: true, cell: (result) => result.operation },
  { title: 'count', cell: (result) => String(result.operations) },
  { title: 'per second', cell: (result) => rounded(result.perSecond) },
  { title: 'p50 ms', cell: (result) => rounded(result.p50Ms) },
  { title: 'p99 ms', cell: (result) => rounded(result.p99Ms) },
  { title: 'max ms', cell: (result) => rounded(result.maxMs) },
  { title: 'errors', cell: (result) => String(result.errors) },
  { title: 'note', isText: true, cell: (result) => result.note },
];

const memoryColumns: ReadonlyArray<Column<MemoryUse>> = [
  { title: 'scenario', isText: true, cell: (use) => use.scenario },
  { title: 'memory of', isText: true, cell: (use) => use.role },
  { title: 'processes', cell: (use) => String(use.processes) },
  { title: 'before MB', cell: (use) => megabytes(use.before) },
  { title: 'peak MB', cell: (use) => megabytes(use.peak) },
  { title: 'after MB', cell: (use) => megabytes(use.after) },
  { title: 'cpu s', cell: (use) => use.cpuSeconds.toFixed(1) },
];

export function formatResults(results: readonly Result[]): string {
  return formatTable(resultColumns, results);
}

/** Megabytes of 1,000,000 bytes. */
export function formatMemory(uses: readonly MemoryUse[]): string {
  return formatTable(memoryColumns, uses);
}

/** One line per row, columns aligned: text to the left, numbers to the right. */
function formatTable<Row>(columns: ReadonlyArray<Column<Row>>, rows: readonly Row[]): string {
  const lines = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map(({ cell }) => cell(row))),
  ];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => line[index]?.length ?? 0)));
  const align = (cell: string, index: number): string => {
    const width = widths[index] ?? 0;
    return columns[index]?.isText ? cell.padEnd(width) : cell.padStart(width);
  };
  return lines.map((line) => line.map(align).join('  ').trimEnd()).join('\n');
}

function rounded(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(1);
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}

/** `what  value`, a line each. */
export function formatFindings(findings: readonly Finding[]): string {
  const width = Math.max(0, ...findings.map(({ what }) => what.length));
  return findings.map(({ what, value }) => `${what.padEnd(width)}  ${value}`).join('\n');
}
