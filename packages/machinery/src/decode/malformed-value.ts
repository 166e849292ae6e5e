/**
 * A value that does not fit its type. The message is Go's; where it stands is added by `explain`, which alone knows
 * the path.
 */
export class MalformedValue extends Error {
  /** Set where the JSON type is wrong, so that the message names the field that was being filled. */
  readonly mismatch: TypeMismatch | undefined;

  constructor(problem: string | TypeMismatch) {
    super(typeof problem === 'string' ? problem : `json: cannot unmarshal ${problem.found}`);
    this.name = 'MalformedValue';
    this.mismatch = typeof problem === 'string' ? undefined : problem;
  }
}

export interface TypeMismatch {
  /** `string`, `number`, `number 1.5`, `bool`, `array`, `object`. */
  readonly found: string;
  /** Go's name of the type, e.g. `[]v1.Container`. */
  readonly goType: string;
}

/** The mismatch of a value with a Go type, as `encoding/json` names it. */
export function typeMismatch(value: unknown, goType: string): MalformedValue {
  return new MalformedValue({ found: describeJsonType(value), goType });
}

/** As {@link typeMismatch}, for a number that the type cannot hold. */
export function numberMismatch(value: number, goType: string): MalformedValue {
  return new MalformedValue({ found: `number ${value}`, goType });
}

function describeJsonType(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  const type = typeof value;
  return type === 'boolean' ? 'bool' : type;
}
