import { BerthError, type Status } from '@berth/machinery';

/** The API server refused a request, or could not be reached (`status` 0). */
export class ApiError extends BerthError {
  declare readonly code: 'api';
  /** HTTP status; 0 where there was no answer. */
  readonly status: number;
  /** `NotFound`, `Conflict`, … */
  readonly reason: string;

  constructor(status: number, message: string, options: { reason?: string; cause?: unknown } = {}) {
    super('api', message, options);
    this.name = 'ApiError';
    this.status = status;
    this.reason = options.reason ?? '';
  }

  /** From an answer's body, which is a `Status` if the API server wrote it. */
  static fromAnswer(httpStatus: number, body: string): ApiError {
    try {
      const { message, reason } = JSON.parse(body) as Partial<Status>;
      return new ApiError(
        httpStatus,
        message ?? `HTTP ${httpStatus}`,
        reason === undefined ? {} : { reason },
      );
    } catch {
      return new ApiError(httpStatus, body.trim() === '' ? `HTTP ${httpStatus}` : body.trim());
    }
  }

  /** The same request may succeed later. */
  get isTransient(): boolean {
    return this.status === 0 || this.status === 401 || this.status === 429 || this.status >= 500;
  }
}
