/**
 * The value of an unquoted YAML scalar as `sigs.k8s.io/yaml` reads it: YAML 1.1's booleans and octal numbers, but no
 * times and no sexagesimal numbers, so that `22:22` is a string and `on` is true.
 */
export function resolvePlainScalar(text: string): string | number | boolean | null {
  const word = words.get(text);
  if (word !== undefined) return word;
  if (/^[-+0-9]/.test(text)) return resolveNumber(text.replaceAll('_', '')) ?? text;
  if (text.startsWith('.') && floatPattern.test(text)) return Number(text);
  return text;
}

const words = new Map<string, boolean | number | null>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map(
    (word) => [word, true] as const,
  ),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map(
    (word) => [word, false] as const,
  ),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, Number.NaN] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word) => [word, Infinity] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, -Infinity] as const),
]);

const floatPattern = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;
const integerPattern = /^([-+]?)(0[xX][\da-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9]\d*)$/;

function resolveNumber(plain: string): number | undefined {
  const integer = integerPattern.exec(plain);
  if (integer) {
    const [, sign = '', digits = ''] = integer;
    // JavaScript writes octal numbers as 0o17 where YAML 1.1 writes 017.
    const value = Number(digits.replace(/^0(?=[0-7])/, '0o'));
    // Negative zero has no place in JSON.
    return sign === '-' && value !== 0 ? -value : value;
  }
  return floatPattern.test(plain) ? Number(plain) : undefined;
}
