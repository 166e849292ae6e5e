import { MalformedValue } from './malformed-value.ts';

/**
 * Base64 as Go's `encoding/json` reads and writes bytes: the standard alphabet with padding; line breaks, which tools
 * put in, are skipped.
 */
export function canonicalBase64(text: string): string {
  const canonical = Buffer.from(text, 'base64').toString('base64');
  if (canonical === text) return text;
  const illegalByte = findIllegalByte(text);
  if (illegalByte !== undefined) throw new MalformedValue(`illegal base64 data at input byte ${illegalByte}`);
  return canonical;
}

/** The offset that Go names, or `undefined` if the text is well-formed. */
function findIllegalByte(text: string): number | undefined {
  const bytes = Buffer.from(text);
  let filled = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const character = String.fromCharCode(bytes[at] ?? 0);
    if (isLineBreak(character)) continue;
    if (/[A-Za-z0-9+/]/.test(character)) {
      filled = (filled + 1) % 4;
    } else if (character === '=' && filled >= 2) {
      return checkPadding(bytes, at, filled);
    } else {
      return at;
    }
  }
  return filled === 0 ? undefined : bytes.length - filled;
}

/** @param at where the first `=` stands, after `filled` characters of a group of four. */
function checkPadding(bytes: Buffer, at: number, filled: number): number | undefined {
  let next = skipLineBreaks(bytes, at + 1);
  if (filled === 2) {
    if (next === bytes.length) return bytes.length;
    if (bytes[next] !== 0x3d) return next - 1;
    next = skipLineBreaks(bytes, next + 1);
  }
  return next < bytes.length ? next : undefined;
}

function skipLineBreaks(bytes: Buffer, from: number): number {
  let at = from;
  while (bytes[at] === 0x0a || bytes[at] === 0x0d) at += 1;
  return at;
}

function isLineBreak(character: string): boolean {
  return character === '\n' || character === '\r';
}
