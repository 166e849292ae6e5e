/** All values of a ConfigMap or a Secret together. */
export const maxDataBytes = 1024 * 1024;

export const immutableExplanation = 'field is immutable when `immutable` is set';

/** Length of what a canonical base64 text stands for. */
export function base64Bytes(text: string): number {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return (text.length / 4) * 3 - padding;
}
