/** The place of a field in an object, as field errors name it: `spec.containers[0].env[1].name`. Immutable. */
export class FieldPath {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  static of(names: readonly string[]): FieldPath {
    return new FieldPath(names.join('.'));
  }

  /** Fields within this one, each in the one before. */
  child(...names: readonly string[]): FieldPath {
    const below = names.join('.');
    return new FieldPath(this.#text === '' ? below : `${this.#text}.${below}`);
  }

  index(position: number): FieldPath {
    return new FieldPath(`${this.#text}[${position}]`);
  }

  /** A key of a map. */
  key(name: string): FieldPath {
    return new FieldPath(`${this.#text}[${name}]`);
  }

  toString(): string {
    return this.#text;
  }
}

/** `path('spec', 'template')`; without names the object itself. */
export function path(...names: readonly string[]): FieldPath {
  return FieldPath.of(names);
}
