import { BerthError } from '@berth/machinery';
import type { CompactedDetails } from './types.ts';

/** Everything the store throws. The message never carries SQL or data. */
export abstract class StoreError extends BerthError {}

/** The revision is older than retention. Nothing but a read at a newer revision helps. */
export class CompactedError extends StoreError implements CompactedDetails {
  readonly requested: number;
  /** The oldest revision that can still be read from. */
  readonly oldest: number;

  constructor(details: CompactedDetails) {
    super(
      'STORE_COMPACTED',
      `revision ${details.requested} is older than retention, which begins at ${details.oldest}`,
    );
    this.requested = details.requested;
    this.oldest = details.oldest;
  }
}

/** The cluster has not reached the revision yet. */
export class FutureRevisionError extends StoreError {
  readonly requested: number;
  readonly current: number;

  constructor(details: { requested: number; current: number }) {
    super(
      'STORE_FUTURE_REVISION',
      `revision ${details.requested} is not reached yet, the newest is ${details.current}`,
    );
    this.requested = details.requested;
    this.current = details.current;
  }
}

/** A write went to a cluster that does not exist (any more). Nothing was changed. */
export class ClusterMissingError extends StoreError {
  readonly clusterId: string;

  constructor(clusterId: string) {
    super('STORE_CLUSTER_MISSING', `cluster "${clusterId}" does not exist`);
    this.clusterId = clusterId;
  }
}

/** A first object of a new cluster, or the record of it, did not apply. Nothing was changed. */
export class ClusterSeedError extends StoreError {
  constructor(detail: string) {
    super('STORE_CLUSTER_SEED', `the cluster was not created: ${detail}`);
  }
}

/** A sealed body does not open: it was changed or moved, or its key is not at hand. Or nothing can be sealed. The detail is for the log. */
export class SealedBodyError extends StoreError {
  readonly detail: string;

  constructor(
    object: { resource: string; namespace: string; name: string },
    detail: string,
    options?: { cause?: unknown },
  ) {
    const { resource, namespace, name } = object;
    const place = namespace === '' ? name : `${namespace}/${name}`;
    super('STORE_SEALED_BODY', `${resource} "${place}" cannot be opened or sealed with the keys at hand`, {
      cause: options?.cause ?? new Error(detail),
    });
    this.detail = detail;
  }
}

/** Another object holds what a write would take. Nothing was changed. */
export class HeldValueError extends StoreError {
  readonly value: string;

  constructor(value: string) {
    super('STORE_HELD_VALUE', `${value} is held by another object`);
    this.value = value;
  }
}

/** The database cannot be reached or is not ready. Nothing was changed; trying again later is right. */
export class StoreUnavailableError extends StoreError {
  constructor(options: { cause: unknown }) {
    super('STORE_UNAVAILABLE', 'the database cannot be reached', options);
  }
}

/** The connection was lost after a change was sent: it may or may not have happened. */
export class CommitUnknownError extends StoreError {
  constructor(options: { cause: unknown }) {
    super(
      'STORE_COMMIT_UNKNOWN',
      'the connection to the database was lost before it answered: the change may or may not have happened',
      options,
    );
  }
}

/** The store was closed by this process. Nothing was changed. */
export class StoreClosedError extends StoreError {
  constructor() {
    super('STORE_CLOSED', 'the store is closed');
  }
}

/** A value that no row can hold, such as text with control characters. Nothing was changed. */
export class InvalidValueError extends StoreError {
  constructor(detail: string, options?: { cause?: unknown }) {
    super('STORE_INVALID_VALUE', detail, options);
  }
}

/** Postgres refused for a reason that the caller cannot mend. Nothing was changed. */
export class DatabaseError extends StoreError {
  /** https://www.postgresql.org/docs/18/errcodes-appendix.html */
  readonly sqlState: string;

  constructor(sqlState: string, options: { cause: unknown }) {
    super('STORE_DATABASE', `the database refused a query (SQLSTATE ${sqlState})`, options);
    this.sqlState = sqlState;
  }
}

/** The database lacks what this code's migrations make. */
export class NotMigratedError extends StoreError {
  constructor(options: { cause: unknown }) {
    super('STORE_NOT_MIGRATED', 'the database is not migrated to this version', options);
  }
}

/** The database was migrated by newer code. */
export class NewerDatabaseError extends StoreError {
  constructor(newest: Date) {
    super(
      'STORE_NEWER_DATABASE',
      `the database has a migration from a newer version (made ${newest.toISOString()}): run that version, or restore an older backup`,
    );
  }
}

/** A migration failed; the database is as it was before. */
export class MigrationError extends StoreError {
  constructor(detail: string, options: { cause: unknown }) {
    super('STORE_MIGRATION', `the database could not be migrated: ${detail}`, options);
  }
}
