import { BerthError } from '../errors/berth-error.ts';

/**
 * A patch that cannot be applied.
 * - `malformed`: no object could take it (400).
 * - `inapplicable`: it does not fit this object (422).
 */
export class PatchError extends BerthError {
  readonly fault: 'malformed' | 'inapplicable';

  constructor(fault: 'malformed' | 'inapplicable', message: string) {
    super('PatchError', message);
    this.fault = fault;
  }
}
