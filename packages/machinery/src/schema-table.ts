/**
 * One field of an API message. The keys are those of the schema table (`packages/kinds/src/schema/`): see
 * `docs/architecture.md`, "Kinds are data".
 */
export interface SchemaField {
  /** Protobuf field number. */
  readonly n: number;
  /** A scalar (`string`, `int32`, `int64`, `bool`, `double`, `bytes`, `uint32`) or the full name of a message. */
  readonly t: string;
  readonly repeated?: boolean;
  /** Present for a map: the type of its keys. `t` is the type of its values. */
  readonly map?: string;
  /** The JSON name, where it differs from the field's name. */
  readonly json?: string;
  /** The message's fields stand in the parent's JSON object. */
  readonly inline?: boolean;
  /** Written to JSON even when empty. */
  readonly always?: boolean;
  /** A pointer in Go: absent and zero differ. */
  readonly ptr?: boolean;
  readonly optional?: boolean;
  readonly required?: boolean;
  readonly nullable?: boolean;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly listType?: 'map' | 'set' | 'atomic';
  readonly listMapKeys?: readonly string[];
  readonly mapType?: 'atomic' | 'granular';
  readonly structType?: 'atomic' | 'granular';
  readonly patchStrategy?: string;
  readonly patchMergeKey?: string;
}

export type SchemaMessage = Readonly<Record<string, SchemaField>>;

/** Full message name (`k8s.io.api.core.v1.Pod`) to its fields by protobuf field name. */
export type SchemaTable = Readonly<Record<string, SchemaMessage>>;
