import { BerthError } from '../errors/berth-error.ts';
import { goQuote } from '../field-errors/go-quote.ts';

/** Malformed JSON: Go's message, and the line and column, which Go does not say. */
export class JsonSyntaxError extends BerthError {
  constructor(problem: string, text: string, at: number) {
    super('JsonSyntaxError', `${problem} at ${describePlace(text, at)}`);
  }
}

/** The error of a character that cannot stand where it does. */
export function unexpectedCharacter(text: string, at: number, context: string): JsonSyntaxError {
  const character = text.charAt(at);
  if (character === '') return new JsonSyntaxError('unexpected end of JSON input', text, at);
  return new JsonSyntaxError(`invalid character ${quoteCharacter(character)} ${context}`, text, at);
}

function quoteCharacter(character: string): string {
  if (character === "'") return `'\\''`;
  if (character === '"') return `'"'`;
  return `'${goQuote(character).slice(1, -1)}'`;
}

function describePlace(text: string, at: number): string {
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  return `line ${line}, column ${at - before.lastIndexOf('\n')}`;
}
