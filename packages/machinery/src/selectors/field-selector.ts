import { MalformedSelectorError } from './parse-label-selector.ts';

/** One condition on a field of an object. */
export interface FieldRequirement {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

/**
 * The requirements of a field selector string (`spec.nodeName=a,status.phase!=Failed`): all of them must be met.
 * In values `\`, `,` and `=` are escaped by a backslash.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/field-selectors/
 *
 * @throws MalformedSelectorError
 */
export function parseFieldSelector(selector: string): readonly FieldRequirement[] {
  return splitTerms(selector)
    .sort()
    .filter((term) => term !== '')
    .map((term) => {
      const match = /^(.*?)(!=|==|=)(.*)$/s.exec(term);
      if (!match) {
        throw new MalformedSelectorError(`invalid selector: '${selector}'; can't understand '${term}'`);
      }
      const [, field = '', operator = '', value = ''] = match;
      return { field, operator: operator === '!=' ? '!=' : '=', value: unescapeValue(value) };
    });
}

/**
 * Whether an object meets all requirements.
 *
 * @param valueOf the object's value of a field, '' when unset; `undefined` for a field that cannot be selected by.
 * @throws MalformedSelectorError `field label not supported: x`
 */
export function matchesFields(
  requirements: readonly FieldRequirement[],
  valueOf: (field: string) => string | undefined,
): boolean {
  return requirements.every(({ field, operator, value }) => {
    const actual = valueOf(field);
    if (actual === undefined) throw unsupportedFieldError(field);
    return operator === '=' ? actual === value : actual !== value;
  });
}

/** A field that objects of the kind cannot be selected by. */
export function unsupportedFieldError(field: string): MalformedSelectorError {
  return new MalformedSelectorError(`field label not supported: ${field}`);
}

function splitTerms(selector: string): string[] {
  const terms: string[] = [];
  let start = 0;
  for (let position = 0; position < selector.length; position += 1) {
    if (selector[position] === '\\') position += 1;
    else if (selector[position] === ',') {
      terms.push(selector.slice(start, position));
      start = position + 1;
    }
  }
  return [...terms, selector.slice(start)];
}

function unescapeValue(value: string): string {
  return value.replace(/\\(.?)|[,=]/gsu, (sequence, escaped: string | undefined) => {
    if (escaped === '\\' || escaped === ',' || escaped === '=') return escaped;
    if (escaped === undefined) {
      const rune = sequence.codePointAt(0) ?? 0;
      throw new MalformedSelectorError(`invalid field selector: unescaped character in value: ${rune}`);
    }
    throw new MalformedSelectorError(`invalid field selector: invalid escape sequence: ${sequence}`);
  });
}
