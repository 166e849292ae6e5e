import { decodeJsonBody, type FieldError, formatFieldError, type KubeObject } from '@berth/machinery';
import type { KindDefinition, UpdateStrategy } from '../kind-definition.ts';
import { kubernetesSchema } from './builtin-registry.ts';
import { apiVersionOf } from './resource-name.ts';

/** Members of an object as a user would write them. */
export type Members = Readonly<Record<string, unknown>>;

/** For tests of kinds: an object as the API server has it after decoding and defaulting. Its uid is `uid-1`. */
export function decoded(kind: KindDefinition, members: Members): KubeObject {
  const [version] = kind.versions;
  const apiVersion = apiVersionOf(version);
  const metadata = { name: 'a', namespace: 'default', uid: 'uid-1', ...(members['metadata'] as object) };
  const { object } = decodeJsonBody(JSON.stringify({ ...members, metadata }), {
    schema: kubernetesSchema,
    message: version.message,
    apiVersion,
    kind: kind.kind,
    fieldValidation: 'Strict',
  });
  return kind.strategy.applyDefaults(object);
}

/** The object as a create stores it, and all that a create refuses it for. */
export function created(kind: KindDefinition, members: Members): { object: KubeObject; refusals: string[] } {
  const object = kind.strategy.prepareForCreate(decoded(kind, members));
  return { object, refusals: uniqueMessages(kind.strategy.validateCreate(object)) };
}

/** All that an update of `current` to `next` is refused for, by the main resource or by its status. */
export function updateRefusals(
  kind: KindDefinition,
  { current, next }: { readonly current: Members; readonly next: Members },
  strategy: UpdateStrategy = kind.strategy,
): string[] {
  const stored = decoded(kind, current);
  return uniqueMessages(
    strategy.validateUpdate(strategy.prepareForUpdate(decoded(kind, next), stored), stored),
  );
}

function uniqueMessages(errors: readonly FieldError[]): string[] {
  return [...new Set(errors.map((error) => formatFieldError(error)))];
}

/** Members with a JSON merge patch (RFC 7386) applied: `null` removes. */
export function patched(members: Members, patch: Members): Members {
  const result: Record<string, unknown> = { ...members };
  for (const [field, value] of Object.entries(patch)) {
    const current = result[field];
    if (value === null) delete result[field];
    else result[field] = isMembers(value) ? patched(isMembers(current) ? current : {}, value) : value;
  }
  return result;
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
