const contextLines = 3;
const maxComparisons = 1_000_000;

/** The difference of two JSON values, line by line, in the form that `diff -u` has. */
export function unifiedDiff(left: unknown, right: unknown): string {
  const steps = diffSteps(linesOf(left), linesOf(right));
  const changed = steps.flatMap((step, index) => (step.sign === ' ' ? [] : [index]));
  const hunks: string[] = [];
  for (let next = 0; next < changed.length; ) {
    const first = changed[next] ?? 0;
    let last = first;
    while (next < changed.length && (changed[next] ?? 0) - last <= 2 * contextLines)
      last = changed[next++] ?? last;
    const from = Math.max(0, first - contextLines);
    hunks.push(renderHunk(steps, { from, to: Math.min(steps.length, last + contextLines + 1) }));
  }
  return hunks.length === 0 ? '' : `--- \n+++ \n${hunks.join('')}`;
}

interface Step {
  readonly sign: ' ' | '-' | '+';
  readonly line: string;
}

function linesOf(value: unknown): string[] {
  return JSON.stringify(sortedFields(value), undefined, 1).split('\n');
}

/** The order of fields is the request's, and means nothing. */
function sortedFields(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedFields);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([field, fieldValue]) => [field, sortedFields(fieldValue)]),
  );
}

/** What both begin and end with is the same; what is between is compared line by line. */
function diffSteps(left: readonly string[], right: readonly string[]): Step[] {
  const same = (line: string): Step => ({ sign: ' ', line });
  const shorter = Math.min(left.length, right.length);
  let start = 0;
  while (start < shorter && left[start] === right[start]) start += 1;
  let end = 0;
  while (end < shorter - start && left.at(-1 - end) === right.at(-1 - end)) end += 1;
  return [
    ...left.slice(0, start).map(same),
    ...compareLines(left.slice(start, left.length - end), right.slice(start, right.length - end)),
    ...left.slice(left.length - end).map(same),
  ];
}

/** By the longest common subsequence; where that would take too much memory, all old lines and then all new ones. */
function compareLines(left: readonly string[], right: readonly string[]): Step[] {
  if (left.length * right.length > maxComparisons) {
    return [
      ...left.map((line): Step => ({ sign: '-', line })),
      ...right.map((line): Step => ({ sign: '+', line })),
    ];
  }
  const width = right.length + 1;
  const lengths = new Uint32Array((left.length + 1) * width);
  const lengthAt = (i: number, j: number) => lengths[i * width + j] ?? 0;
  for (let i = left.length - 1; i >= 0; i -= 1) {
    for (let j = right.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] =
        left[i] === right[j] ? lengthAt(i + 1, j + 1) + 1 : Math.max(lengthAt(i + 1, j), lengthAt(i, j + 1));
    }
  }
  const steps: Step[] = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    const [l, r] = [left[i], right[j]];
    if (l !== undefined && l === r) {
      steps.push({ sign: ' ', line: l });
      i += 1;
      j += 1;
    } else if (l !== undefined && (r === undefined || lengthAt(i + 1, j) >= lengthAt(i, j + 1))) {
      steps.push({ sign: '-', line: l });
      i += 1;
    } else {
      steps.push({ sign: '+', line: r ?? '' });
      j += 1;
    }
  }
  return steps;
}

function renderHunk(steps: readonly Step[], { from, to }: { from: number; to: number }): string {
  const before = steps.slice(0, from);
  const hunk = steps.slice(from, to);
  const count = (of: readonly Step[], sign: '-' | '+') => of.filter((step) => step.sign !== sign).length;
  const range = (other: '-' | '+') => {
    const length = count(hunk, other);
    const start = count(before, other) + (length === 0 ? 0 : 1);
    return length === 1 ? `${start}` : `${start},${length}`;
  };
  const lines = hunk.map((step) => `${step.sign}${step.line}\n`);
  return `@@ -${range('+')} +${range('-')} @@\n${lines.join('')}`;
}
