import { BerthError } from '../errors/berth-error.ts';

/** Malformed YAML. The message begins with `yaml: ` and names the line and column. */
export class YamlSyntaxError extends BerthError {
  constructor(problem: string, place?: { readonly line: number; readonly col: number }) {
    super('YamlSyntaxError', `yaml: ${place ? `line ${place.line}, column ${place.col}: ` : ''}${problem}`);
  }
}
