import { goQuote } from '@berth/machinery';

/** Indexes of a job, as its status and its success policy write them: `1,3-5,7`. */
interface Interval {
  readonly first: number;
  readonly last: number;
}

/**
 * How many indexes the text names. Throws an `Error`, with upstream's message, for a text that is malformed, out of
 * order, or beyond `completions`.
 */
export function countIndexes(text: string, completions: number): number {
  if (text === '') return 0;
  let total = 0;
  let previous: number | undefined;
  for (const part of text.split(',')) {
    const { first, last } = parseInterval(part, completions);
    if (previous !== undefined && previous >= first) {
      throw new Error(`non-increasing order, previous: ${previous}, current: ${first}`);
    }
    total += last - first + 1;
    previous = last;
  }
  return total;
}

/** The first index that is in both texts. Parts that are malformed are left to {@link countIndexes}. */
export function firstCommonIndex(left: string, right: string, completions: number): number | undefined {
  const [lefts, rights] = [validIntervals(left, completions), validIntervals(right, completions)];
  let [i, j] = [0, 0];
  for (;;) {
    const [a, b] = [lefts[i], rights[j]];
    if (!a || !b) return undefined;
    if (a.first <= b.last && b.first <= a.last) return Math.max(a.first, b.first);
    if (a.first <= b.first) i += 1;
    else j += 1;
  }
}

function validIntervals(text: string, completions: number): readonly Interval[] {
  if (text === '') return [];
  return text.split(',').flatMap((part) => {
    try {
      return [parseInterval(part, completions)];
    } catch {
      // Said where the text itself is checked.
      return [];
    }
  });
}

function parseInterval(text: string, completions: number): Interval {
  const [firstText = '', lastText, ...more] = text.split('-');
  if (more.length > 0) {
    const rule =
      "violates the requirement that an index interval can have at most two parts separated by '-'";
    throw new Error(`the fragment ${goQuote(text)} ${rule}`);
  }
  const first = parseIndex(firstText, completions);
  if (lastText === undefined) return { first, last: first };
  const last = parseIndex(lastText, completions);
  if (first >= last) throw new Error(`non-increasing order, previous: ${first}, current: ${last}`);
  return { first, last };
}

function parseIndex(text: string, completions: number): number {
  if (!/^\+?\d+$/.test(text)) {
    throw new Error(`cannot convert string to integer for index: ${goQuote(text)}`);
  }
  const index = Number(text);
  if (index >= completions) throw new Error(`too large index: ${goQuote(text)}`);
  return index;
}
