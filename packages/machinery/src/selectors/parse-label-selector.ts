import { BerthError } from '../errors/berth-error.ts';
import {
  explainBadKey,
  explainBadRequirement,
  type LabelOperator,
  type LabelRequirement,
} from './label-requirement.ts';
import { scanLabelSelector, type SelectorToken } from './label-selector-tokens.ts';

/** A selector string that cannot be read; the message is upstream's. */
export class MalformedSelectorError extends BerthError {
  constructor(message: string) {
    super('MalformedSelector', message);
  }
}

/**
 * The requirements of a label selector string, sorted by key: all of them must be met. '' has none.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
 *
 * @throws MalformedSelectorError
 */
export function parseLabelSelector(selector: string): readonly LabelRequirement[] {
  const tokens = new Tokens(scanLabelSelector(selector));
  const requirements: LabelRequirement[] = [];
  for (;;) {
    if (tokens.peek().kind === 'end') return sorted(requirements);
    if (!beginsRequirement(tokens.peek())) {
      throw new MalformedSelectorError(
        `found '${tokens.peek().text}', expected: !, identifier, or 'end of string'`,
      );
    }
    requirements.push(parseRequirement(tokens));
    const separator = tokens.take();
    if (separator.kind === 'end') return sorted(requirements);
    if (separator.text !== ',') {
      throw new MalformedSelectorError(`found '${separator.text}', expected: ',' or 'end of string'`);
    }
    if (!beginsRequirement(tokens.peek())) {
      throw new MalformedSelectorError(`found '${tokens.peek().text}', expected: identifier after ','`);
    }
  }
}

class Tokens {
  readonly #tokens: readonly SelectorToken[];
  #position = 0;

  constructor(tokens: readonly SelectorToken[]) {
    this.#tokens = tokens;
  }

  /** The next token; the last one stays. */
  peek(): SelectorToken {
    return this.#tokens[Math.min(this.#position, this.#tokens.length - 1)] ?? { kind: 'end', text: '' };
  }

  take(): SelectorToken {
    const token = this.peek();
    this.#position += 1;
    return token;
  }
}

/** Keywords are names where no operator can stand. */
function isIdentifier(token: SelectorToken): boolean {
  return token.kind === 'identifier' || token.kind === 'keyword';
}

function beginsRequirement(token: SelectorToken): boolean {
  return isIdentifier(token) || token.text === '!';
}

function endsRequirement(token: SelectorToken): boolean {
  return token.kind === 'end' || token.text === ',';
}

function parseRequirement(tokens: Tokens): LabelRequirement {
  const isNegated = tokens.peek().text === '!';
  if (isNegated) tokens.take();
  const key = tokens.take();
  if (!isIdentifier(key)) throw badRequirement(`found '${key.text}', expected: identifier`);
  const keyProblem = explainBadKey(key.text);
  if (keyProblem !== undefined) throw badRequirement(keyProblem);
  if (isNegated) return { key: key.text, operator: '!', values: [] };
  if (endsRequirement(tokens.peek())) return { key: key.text, operator: 'exists', values: [] };

  const operator = parseOperator(tokens);
  const values = operator === 'in' || operator === 'notin' ? parseValueSet(tokens) : parseValue(tokens);
  const requirement = { key: key.text, operator, values };
  const problem = explainBadRequirement(requirement);
  if (problem !== undefined) throw badRequirement(problem);
  return requirement;
}

const operators: Readonly<Record<string, LabelOperator>> = {
  '=': '=',
  '==': '=',
  '!=': '!=',
  in: 'in',
  notin: 'notin',
  '>': 'gt',
  '<': 'lt',
};

function parseOperator(tokens: Tokens): LabelOperator {
  const token = tokens.take();
  const operator = token.kind === 'identifier' ? undefined : operators[token.text];
  if (operator === undefined) {
    throw badRequirement(`found '${token.text}', expected: in, notin, =, ==, !=, gt, lt`);
  }
  return operator;
}

function parseValue(tokens: Tokens): readonly string[] {
  if (endsRequirement(tokens.peek())) return [''];
  const token = tokens.take();
  if (!isIdentifier(token)) throw badRequirement(`found '${token.text}', expected: identifier`);
  return [token.text];
}

function parseValueSet(tokens: Tokens): readonly string[] {
  const open = tokens.take();
  if (open.text !== '(') throw badRequirement(`found '${open.text}' expected: '('`);
  const values = new Set<string>();
  // Between two separators without a name stands the empty value: `(,a)`, `(a,,b)`, `(a,)`, `()`.
  for (;;) {
    const token = tokens.peek();
    if (!isIdentifier(token)) values.add('');
    else values.add(tokens.take().text);
    const separator = tokens.take();
    if (separator.text === ')') return [...values].sort();
    if (separator.text !== ',') {
      const expected = isIdentifier(token) ? "',' or ')'" : "',', ')' or identifier";
      throw badRequirement(`found '${separator.text}', expected: ${expected}`);
    }
  }
}

function badRequirement(explanation: string): MalformedSelectorError {
  return new MalformedSelectorError(`unable to parse requirement: ${explanation}`);
}

function sorted(requirements: readonly LabelRequirement[]): readonly LabelRequirement[] {
  return requirements.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}
