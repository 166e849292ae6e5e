import { internalError, type Status, StatusError } from '@berth/machinery';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Logger } from 'pino';
import type { ApiContext } from '../api-env.ts';
import { negotiate, type OutputFormat } from '../respond/negotiate.ts';
import { send } from '../respond/send.ts';
import { storeErrorStatus } from './store-error-status.ts';

/** Answers any error as a Kubernetes `Status`. Only what Berth did wrong is logged: the rest is the client's to know. */
export function answerError(log: Logger) {
  return async (thrown: Error, c: ApiContext): Promise<Response> => {
    const error = asStatusError(thrown);
    const { status } = error;
    if (status.code >= 500) {
      log.error(
        { requestId: c.get('requestId'), path: c.req.path, err: error.cause ?? thrown },
        error.message,
      );
    }
    if (status.code === 401) c.header('WWW-Authenticate', 'Bearer realm="berth"');
    if (status.details?.retryAfterSeconds !== undefined) {
      c.header('Retry-After', String(status.details.retryAfterSeconds));
    }
    return send(c, { format: formatOf(c), status: httpCode(status), json: JSON.stringify(status) });
  };
}

/** The error as the API tells it; an unexpected one tells nothing of itself. */
export function asStatusError(thrown: unknown): StatusError {
  if (thrown instanceof StatusError) return thrown;
  return storeErrorStatus(thrown) ?? internalError('unexpected error', thrown);
}

function httpCode(status: Status): ContentfulStatusCode {
  // Every code of a StatusError comes from one table of codes that have bodies.
  return status.code as ContentfulStatusCode;
}

function formatOf(c: ApiContext): OutputFormat {
  try {
    return negotiate(c.req.header('accept'), { projections: [] }).format;
  } catch {
    return 'json';
  }
}
