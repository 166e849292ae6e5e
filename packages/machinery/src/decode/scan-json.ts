import { type JsonSyntaxError, unexpectedCharacter } from './json-syntax-error.ts';

/** The names that stand more than once in an object. */
export type DuplicateFields = ReadonlyMap<object, ReadonlySet<string>>;

/** A parsed body. Where a field stands twice, the later one is taken, as Go does. */
export interface ParsedJson {
  readonly value: unknown;
  /** Absent if no name stands twice. */
  readonly duplicates: DuplicateFields | undefined;
}

/**
 * Reads JSON by hand: slower than `JSON.parse`, but it sees duplicate fields and says what is wrong in Go's words.
 * An object that stands twice under one name is merged, as Go does when it decodes into a struct or map again.
 *
 * @throws JsonSyntaxError
 */
export function scanJson(text: string, maxDepth: number): ParsedJson {
  const scanner = new Scanner(text, maxDepth);
  const value = scanner.document();
  return { value, duplicates: scanner.duplicates.size > 0 ? scanner.duplicates : undefined };
}

const numberPattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

class Scanner {
  readonly duplicates = new Map<object, Set<string>>();
  readonly #text: string;
  readonly #maxDepth: number;
  #at = 0;
  #depth = 0;

  constructor(text: string, maxDepth: number) {
    this.#text = text;
    this.#maxDepth = maxDepth;
  }

  document(): unknown {
    const value = this.#value();
    if (this.#peek() !== '') throw this.#unexpected('after top-level value');
    return value;
  }

  #value(): unknown {
    const first = this.#peek();
    switch (first) {
      case '{':
        return this.#object();
      case '[':
        return this.#array();
      case '"':
        return this.#string();
      case 't':
        return this.#literal('true', true);
      case 'f':
        return this.#literal('false', false);
      case 'n':
        return this.#literal('null', null);
      default:
        if (first === '-' || (first >= '0' && first <= '9')) return this.#number();
        throw this.#unexpected('looking for beginning of value');
    }
  }

  #object(): unknown {
    this.#enter();
    const object: Record<string, unknown> = {};
    if (this.#skip('}')) return this.#leave(object);
    for (;;) {
      if (this.#peek() !== '"') throw this.#unexpected('looking for beginning of object key string');
      const name = this.#string();
      if (this.#peek() !== ':') throw this.#unexpected('after object key');
      this.#at += 1;
      this.#addMember(object, name, this.#value());
      if (this.#skip('}')) return this.#leave(object);
      if (!this.#skip(',')) throw this.#unexpected('after object key:value pair');
    }
  }

  #addMember(object: Record<string, unknown>, name: string, value: unknown): void {
    if (!Object.hasOwn(object, name)) return setOwn(object, name, value);
    this.#noteDuplicates(object, [name]);
    setOwn(object, name, this.#mergeAgain(object[name], value));
  }

  /** The earlier object takes the later one in: its own names are not touched again, however often more are added. */
  #mergeAgain(earlier: unknown, later: unknown): unknown {
    if (!isObject(earlier) || !isObject(later)) return later;
    this.#noteDuplicates(earlier, this.duplicates.get(later) ?? []);
    for (const [name, value] of Object.entries(later)) {
      setOwn(earlier, name, Object.hasOwn(earlier, name) ? this.#mergeAgain(earlier[name], value) : value);
    }
    return earlier;
  }

  #noteDuplicates(object: object, names: Iterable<string>): void {
    for (const name of names) {
      const noted = this.duplicates.get(object);
      if (noted === undefined) this.duplicates.set(object, new Set([name]));
      else noted.add(name);
    }
  }

  #array(): unknown {
    this.#enter();
    const array: unknown[] = [];
    if (this.#skip(']')) return this.#leave(array);
    for (;;) {
      array.push(this.#value());
      if (this.#skip(']')) return this.#leave(array);
      if (!this.#skip(',')) throw this.#unexpected('after array element');
    }
  }

  #string(): string {
    const start = this.#at;
    this.#at += 1;
    for (;;) {
      const character = this.#text.charAt(this.#at);
      if (character === '' || character < ' ') throw this.#unexpected('in string literal');
      this.#at += 1;
      if (character === '"') break;
      if (character === '\\') this.#escape();
    }
    const value = JSON.parse(this.#text.slice(start, this.#at)) as string;
    return value.toWellFormed();
  }

  #escape(): void {
    const kind = this.#text.charAt(this.#at);
    if (kind === '' || !'"\\/bfnrtu'.includes(kind)) throw this.#unexpected('in string escape code');
    this.#at += 1;
    if (kind !== 'u') return;
    for (let digit = 0; digit < 4; digit += 1) {
      if (!/^[0-9a-fA-F]$/.test(this.#text.charAt(this.#at))) {
        throw this.#unexpected('in \\u hexadecimal character escape');
      }
      this.#at += 1;
    }
  }

  #number(): number {
    numberPattern.lastIndex = this.#at;
    const digits = numberPattern.exec(this.#text)?.[0];
    if (digits === undefined) {
      this.#at += 1;
      throw this.#unexpected('in numeric literal');
    }
    this.#at += digits.length;
    const next = this.#text.charAt(this.#at);
    if (next === '.' && !/[.eE]/.test(digits)) {
      this.#at += 1;
      throw this.#unexpected('after decimal point in numeric literal');
    }
    if ((next === 'e' || next === 'E') && !/[eE]/.test(digits)) {
      this.#at += /^[+-]/.test(this.#text.charAt(this.#at + 1)) ? 2 : 1;
      throw this.#unexpected('in exponent of numeric literal');
    }
    return Number(digits);
  }

  #literal<T>(word: string, value: T): T {
    for (let index = 1; index < word.length; index += 1) {
      this.#at += 1;
      const expected = word.charAt(index);
      if (this.#text.charAt(this.#at) !== expected) {
        throw this.#unexpected(`in literal ${word} (expecting '${expected}')`);
      }
    }
    this.#at += 1;
    return value;
  }

  #enter(): void {
    this.#depth += 1;
    if (this.#depth > this.#maxDepth) throw this.#unexpected('exceeded max depth');
    this.#at += 1;
  }

  #leave<T>(value: T): T {
    this.#depth -= 1;
    return value;
  }

  /** The next character that is not white space; '' at the end. */
  #peek(): string {
    let character = this.#text.charAt(this.#at);
    while (character === ' ' || character === '\n' || character === '\r' || character === '\t') {
      this.#at += 1;
      character = this.#text.charAt(this.#at);
    }
    return character;
  }

  #skip(expected: string): boolean {
    if (this.#peek() !== expected) return false;
    this.#at += 1;
    return true;
  }

  #unexpected(context: string): JsonSyntaxError {
    return unexpectedCharacter(this.#text, this.#at, context);
  }
}

/** Also for `__proto__`, to which an assignment would do something else. */
function setOwn(object: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
