/** Sentences that several name rules share, in upstream's words. */

export function regexExplanation(rule: string, regex: string, examples: readonly string[] = []): string {
  const shown = examples.map((example) => `'${example}', `).join(' or ');
  return examples.length === 0
    ? `${rule} (regex used for validation is '${regex}')`
    : `${rule} (e.g. ${shown}regex used for validation is '${regex}')`;
}

export function maxLengthExplanation(maxLength: number): string {
  return `must be no more than ${maxLength} characters`;
}

/** The same for the rules that count bytes: label keys and values and what is built of them. */
export function maxBytesExplanation(maxBytes: number): string {
  return `must be no more than ${maxBytes} bytes`;
}

export function rangeExplanation(lowest: number, highest: number): string {
  return `must be between ${lowest} and ${highest}, inclusive`;
}

/** Length as Go's `len` counts it. */
export function byteLength(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}
