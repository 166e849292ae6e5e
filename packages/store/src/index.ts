export {
  ClusterMissingError,
  ClusterSeedError,
  CommitUnknownError,
  CompactedError,
  DatabaseError,
  FutureRevisionError,
  InvalidValueError,
  MigrationError,
  NewerDatabaseError,
  NotMigratedError,
  SealedBodyError,
  StoreClosedError,
  StoreError,
  StoreUnavailableError,
} from './errors.ts';
export { migrate } from './migrate.ts';
export type { NodeCapacity, NodeResources, NodeUsage } from './node-capacity.ts';
export { type OpenStoreOptions, openStore } from './open-store.ts';
export type { AuditCondition, AuditLog, AuditPosition, AuditQuery, AuditRow } from './audit-log.ts';
export type { Outbox, OutboxRecord } from './outbox.ts';
export type { BodyCipher } from './sealing/body-cipher.ts';
export type {
  AssignedChanges,
  AssignedObject,
  AssignedVersion,
  ClusterObject,
  ClusterObjectKey,
  ClusterOwner,
  ClusterRemovals,
  ClusterStore,
  HeartbeatWrite,
  Heartbeats,
  NewCluster,
  Replica,
  ReplicaObject,
  SigningKey,
  SigningKeys,
  Store,
  StoredContent,
  StoredKey,
  TurnStart,
} from './store.ts';
export type {
  AuditRecord,
  Change,
  CompactedDetails,
  HintBus,
  ListPage,
  ListPosition,
  ListQuery,
  NodeClaim,
  ObjectKey,
  OutboxMessage,
  Outcome,
  Refusal,
  RevisionHint,
  StoredObject,
  Timer,
  TogetherOutcome,
  TurnCommit,
  TurnOutcome,
  Write,
  WriteAudit,
} from './types.ts';
export type { MeteredUsage, Metering, TenantLimits, TenantUsage } from './usage.ts';
