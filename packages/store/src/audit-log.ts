import type { AuditRecord } from './types.ts';

/** What was asked of clusters, by whom, and what became of it. Nothing of it can be changed. */
export interface AuditLog {
  /**
   * Adds records of requests that wrote nothing. Those of a cluster that does not exist go to the system cluster's log,
   * where an operator sees who asks for what is not there.
   */
  append(
    records: ReadonlyArray<AuditRecord & { readonly clusterId: string; readonly at: Date }>,
  ): Promise<void>;
  /** In order of time. */
  list(clusterId: string, query: AuditQuery): Promise<AuditRow[]>;
  get(clusterId: string, position: AuditPosition): Promise<AuditRow | undefined>;
  /** Drops the days that ended before the retention. @returns how many */
  dropExpired(now: Date, retentionMs: number): Promise<number>;
}

/** The place of a record in its cluster's audit log. */
export interface AuditPosition {
  readonly at: Date;
  /** The revision of what was written; below 0 for what left none. */
  readonly seq: number;
}

export interface AuditRow extends AuditPosition, AuditRecord {
  /** The cluster that is gone, whose record it was; its namespace names the tenant then. */
  readonly formerCluster?: string;
}

export interface AuditQuery {
  readonly limit: number;
  /** Exclusive. */
  readonly after?: AuditPosition;
  /** Inclusive. */
  readonly since?: Date;
  /** Exclusive. */
  readonly until?: Date;
  readonly where?: readonly AuditCondition[];
}

export interface AuditCondition {
  /** `plural` is `resource` without its group. */
  readonly field:
    | 'username'
    | 'verb'
    | 'resource'
    | 'plural'
    | 'namespace'
    | 'name'
    | 'code'
    | 'formerCluster';
  readonly isEqual: boolean;
  readonly value: string;
}
