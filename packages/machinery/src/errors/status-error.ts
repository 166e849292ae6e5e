import type { Status, StatusDetails } from '../status.ts';
import { BerthError } from './berth-error.ts';
import { type StatusReason, statusReasonCodes } from './status-reasons.ts';

/** A resource within its group, as error messages name it: `pods`, `jobs.batch`. */
export interface GroupResource {
  /** '' for the core group. */
  readonly group: string;
  readonly resource: string;
}

/** A kind within its group, as error messages name it: `Pod`, `Job.batch`. */
export interface GroupKind {
  readonly group: string;
  readonly kind: string;
}

/** `pods`, `jobs.batch`. */
export function formatGroupResource({ group, resource }: GroupResource): string {
  return group === '' ? resource : `${resource}.${group}`;
}

/** `Pod`, `Job.batch`. */
export function formatGroupKind({ group, kind }: GroupKind): string {
  return group === '' ? kind : `${kind}.${group}`;
}

/** An error that is answered as a Kubernetes `Status`. */
export class StatusError extends BerthError {
  readonly reason: StatusReason;
  readonly status: Status;

  constructor(reason: StatusReason, message: string, options: StatusErrorOptions = {}) {
    super(reason, message, { cause: options.cause });
    this.reason = reason;
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: options.continueToken === undefined ? {} : { continue: options.continueToken },
      status: 'Failure',
      message,
      reason,
      ...(options.details && { details: options.details }),
      code: statusReasonCodes[reason],
    };
  }
}

export interface StatusErrorOptions {
  readonly details?: StatusDetails;
  /** Where an interrupted list may go on. */
  readonly continueToken?: string;
  /** What went wrong underneath; for the log only. */
  readonly cause?: unknown;
}
