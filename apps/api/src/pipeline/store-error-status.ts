import {
  badRequestError,
  internalError,
  notFoundError,
  resourceVersionTooLargeError,
  serviceUnavailableError,
  type StatusError,
  timeoutError,
} from '@berth/machinery';
import {
  ClusterMissingError,
  CommitUnknownError,
  FutureRevisionError,
  InvalidValueError,
  StoreClosedError,
  StoreError,
  StoreUnavailableError,
} from '@berth/store';

/** What a client hears of an error of the store; undefined for other errors. Compacted revisions are the verbs' business. */
export function storeErrorStatus(error: unknown): StatusError | undefined {
  if (!(error instanceof StoreError)) return undefined;
  if (error instanceof FutureRevisionError)
    return resourceVersionTooLargeError(error.requested, error.current);
  if (error instanceof ClusterMissingError) {
    return notFoundError({ group: 'platform.berth.dev', resource: 'clusters' }, error.clusterId);
  }
  if (error instanceof InvalidValueError) return badRequestError(error.message, error);
  if (error instanceof StoreUnavailableError || error instanceof StoreClosedError) {
    return serviceUnavailableError(error.message, error);
  }
  if (error instanceof CommitUnknownError) return timeoutError(error.message, 1);
  return internalError(error.message, error);
}
