import { isJsonObject } from '../decode/codec.ts';
import type { KubeObject } from '../object.ts';
import type { ApplyRequest } from './apply-patch.ts';
import type { ApplyType } from './apply-type.ts';
import { compareObjects } from './compare-objects.ts';
import type { ManagerConflict } from './conflicts.ts';
import { difference, isEmptySet, union } from './field-set.ts';
import { fieldsOf } from './object-fields.ts';

/** Where `kubectl apply` without `--server-side` keeps what it applied. */
const annotation = 'kubectl.kubernetes.io/last-applied-configuration';
const kubectl = 'kubectl';

/**
 * The conflicts that are left when kubectl goes over from client-side to server-side apply: what it applied before, by
 * the annotation, and nobody changed since, it may take over. Other managers get all conflicts back.
 */
export function allowedByLastApplied(
  { manager, live, apiVersion }: ApplyRequest,
  { type }: { readonly type: ApplyType },
  conflicts: readonly ManagerConflict[],
): readonly ManagerConflict[] {
  const text = live?.metadata.annotations?.[annotation];
  if (manager !== kubectl || !text) return conflicts;
  const lastApplied = parseObject(text);
  if (lastApplied?.['apiVersion'] !== apiVersion) return conflicts;
  const { added, modified, removed } = compareObjects(type, lastApplied, live);
  const unchanged = difference(fieldsOf(type, lastApplied), union(union(modified, added), removed));
  const allowed = union(unchanged, { 'f:metadata': { 'f:annotations': { [`f:${annotation}`]: {} } } });
  return conflicts.flatMap(({ manager: owner, fields }) => {
    const rest = difference(fields, allowed);
    return isEmptySet(rest) ? [] : [{ manager: owner, fields: rest }];
  });
}

/** Keeps the annotation true where there is one, so that a user may go back to client-side apply. */
export function refreshLastApplied(object: KubeObject, { manager, applied }: ApplyRequest): KubeObject {
  if (manager !== kubectl || !object.metadata.annotations?.[annotation]) return object;
  const { annotations: appliedAnnotations, ...appliedMetadata } = applied.metadata;
  const { [annotation]: _annotation, ...rest } = appliedAnnotations ?? {};
  const metadata = Object.keys(rest).length > 0 ? { ...appliedMetadata, annotations: rest } : appliedMetadata;
  const text = `${JSON.stringify({ ...applied, metadata })}\n`;
  const annotations = { ...object.metadata.annotations, [annotation]: text };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
