import type { SchemaTable } from '@berth/machinery';
import type { KindDefinition, ServedVersion } from '../kind-definition.ts';

/** The name under which the store and the controllers know a kind: `pods`, `jobs.batch`. Group of the storage version. */
export type ResourceName = string;

/** A kind at one served version. */
export interface ServedKind {
  /** With the version's own rules in its strategy. */
  readonly definition: KindDefinition;
  readonly version: ServedVersion;
}

/** All kinds of one cluster. Immutable: a CRD makes a new registry (`withKinds`). */
export interface KindRegistry {
  readonly definitions: readonly KindDefinition[];
  /** Kubernetes' messages and those that definitions brought along. */
  readonly schema: SchemaTable;
  byResource(resource: ResourceName): KindDefinition | undefined;
  /** By URL parts: group ('' for core), version, plural. */
  byPath(group: string, version: string, plural: string): ServedKind | undefined;
  byGroupVersionKind(apiVersion: string, kind: string): ServedKind | undefined;
  withKinds(definitions: readonly KindDefinition[]): KindRegistry;
}
