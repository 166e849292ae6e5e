import { BerthError } from '@berth/machinery';

export type RuntimeErrorCode = 'no-such-pod' | 'no-such-log' | 'node';

/** What went wrong in a runtime. `node` means the machine, not the pod: a full disk, a missing directory. */
export class RuntimeError extends BerthError {
  declare readonly code: RuntimeErrorCode;

  constructor(code: RuntimeErrorCode, message: string, options?: { cause?: unknown }) {
    super(code, message, options);
    this.name = 'RuntimeError';
  }
}
