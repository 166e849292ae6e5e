import { type ParsedJson, scanJson } from './scan-json.ts';

/** Go's own limit is 10,000; nothing in the API comes near either. */
const maxJsonDepth = 1_000;

/**
 * Parses JSON and notices duplicate fields, which `JSON.parse` hides: the text then has more names than the value has
 * members. Only such a text, or a malformed one, is read by the slower scanner.
 *
 * @throws JsonSyntaxError with Go's message and the place.
 */
export function parseJson(text: string): ParsedJson {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return scanJson(text, maxJsonDepth);
  }
  const members = countMembers(value, maxJsonDepth);
  const isPlain = members !== undefined && members === countNames(text) && !loneSurrogateEscape.test(text);
  return isPlain ? { value, duplicates: undefined } : scanJson(text, maxJsonDepth);
}

/** Go replaces halves of surrogate pairs, which are no text; the scanner does so too. */
const loneSurrogateEscape = /\\u[dD][89abAB]|\\u[dD][c-fC-F]/;

/** @returns `undefined` if the value is nested too deeply. */
function countMembers(value: unknown, depth: number): number | undefined {
  if (typeof value !== 'object' || value === null) return 0;
  if (depth === 0) return undefined;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) {
      if (typeof item !== 'object') continue;
      const within = countMembers(item, depth - 1);
      if (within === undefined) return undefined;
      count += within;
    }
    return count;
  }
  for (const name in value) {
    count += 1;
    const member = (value as Record<string, unknown>)[name];
    if (typeof member !== 'object') continue;
    const within = countMembers(member, depth - 1);
    if (within === undefined) return undefined;
    count += within;
  }
  return count;
}

const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;

/** Strings that are followed by a colon. The text is valid JSON. */
function countNames(text: string): number {
  let count = 0;
  let at = text.indexOf('"');
  while (at !== -1) {
    let end = text.indexOf('"', at + 1);
    while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
    let next = end + 1;
    let code = text.charCodeAt(next);
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) code = text.charCodeAt(++next);
    if (code === colon) count += 1;
    at = code === quote ? next : text.indexOf('"', next);
  }
  return count;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === backslash) backslashes += 1;
  return backslashes % 2 === 1;
}
