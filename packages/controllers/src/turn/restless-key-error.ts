import { BerthError } from '@berth/machinery';

/** A key's own effects woke it again and again. What it did in its earlier rounds stands. */
export class RestlessKeyError extends BerthError {
  constructor(reconciler: string, rounds: number) {
    super('ReconcileRestless', `${reconciler} did not come to rest in ${rounds} rounds`);
  }
}
