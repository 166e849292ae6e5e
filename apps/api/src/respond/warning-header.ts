/** As upstream: past this many characters in all, each warning is cut to `maxItemLength`, and the rest is left out. */
const maxTotalLength = 4 * 1024;
const maxItemLength = 256;

/** The `Warning` headers of an answer: each text once, and no more than clients take in headers. */
export function warningHeaders(texts: readonly string[]): readonly string[] {
  const distinct = [...new Set(texts)].map(printable);
  const totalLength = distinct.reduce((sum, { length }) => sum + length, 0);
  if (totalLength <= maxTotalLength) return distinct.map(warningHeader);
  const kept: string[] = [];
  let length = 0;
  for (const text of distinct) {
    if (length >= maxTotalLength) break;
    kept.push(warningHeader(text.slice(0, maxItemLength)));
    length += Math.min(text.length, maxItemLength);
  }
  return kept;
}

/** Printable ASCII: what a header may hold. */
function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, (character) => (character.trim() === '' ? ' ' : '?'));
}

/** `299 - "<text>"`, as Kubernetes sends warnings. https://www.rfc-editor.org/rfc/rfc7234#section-5.5 */
function warningHeader(text: string): string {
  return `299 - "${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}
