import { checkKeyPrefix } from './dns.ts';
import { byteLength, maxBytesExplanation, regexExplanation } from './explain.ts';

const maxNameLength = 63;
const keyFormat = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const valueFormat = `(${keyFormat})?`;
const keyRegex = new RegExp(`^${keyFormat}$`);
const valueRegex = new RegExp(`^${valueFormat}$`);
const keyRule =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const keyExplanation = regexExplanation(keyRule, keyFormat, ['MyName', 'my.name', '123-abc']);

/**
 * What is wrong with a qualified name (`name` or `example.com/name`): the form of label keys, annotation keys,
 * finalizers and condition types.
 */
export function checkQualifiedName(value: string): string[] {
  const parts = value.split('/');
  if (parts.length > 2) {
    return [
      `a valid label key ${keyExplanation} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const name = parts.at(-1) ?? '';
  return [...(parts.length === 2 ? checkPrefix(parts[0] ?? '') : []), ...checkName(name)];
}

/** What is wrong with the value of a label; nothing for a valid one. */
export function checkLabelValue(value: string): string[] {
  const problems = byteLength(value) > maxNameLength ? [maxBytesExplanation(maxNameLength)] : [];
  if (valueRegex.test(value)) return problems;
  const rule = `a valid label must be an empty string or ${keyRule.replace('must consist', 'consist')}`;
  return [...problems, regexExplanation(rule, valueFormat, ['MyValue', 'my_value', '12345'])];
}

function checkPrefix(prefix: string): string[] {
  if (prefix === '') return ['prefix part must be non-empty'];
  return checkKeyPrefix(prefix).map((problem) => `prefix part ${problem}`);
}

function checkName(name: string): string[] {
  const problems: string[] = [];
  if (name === '') problems.push('name part must be non-empty');
  else if (byteLength(name) > maxNameLength) {
    problems.push(`name part ${maxBytesExplanation(maxNameLength)}`);
  }
  if (!keyRegex.test(name)) problems.push(`name part ${keyExplanation}`);
  return problems;
}
