/**
 * A `Warning` header as Kubernetes sends them: `299 - "<text>"`, printable ASCII only.
 * https://www.rfc-editor.org/rfc/rfc7234#section-5.5
 */
export function warningHeader(text: string): string {
  const printable = text.replaceAll(/[^\x20-\x7e]/g, (character) => (character.trim() === '' ? ' ' : '?'));
  return `299 - "${printable.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}
