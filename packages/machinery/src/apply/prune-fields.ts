import type { ApplyType } from './apply-type.ts';
import { difference, type FieldSet, intersection, isEmptySet, union } from './field-set.ts';
import type { Ownerships } from './managers.ts';
import { withNamedFields } from './named-fields.ts';
import { fieldsOf, removeFields } from './object-fields.ts';

export interface Pruning {
  readonly type: ApplyType;
  /** Everyone's fields, with what the applier applies now. */
  readonly owners: Ownerships;
  /** What the applier owned by its last apply. */
  readonly last: FieldSet;
  readonly applied: FieldSet;
}

/** Takes away what a manager applied the last time and does not apply now, unless someone else owns it. */
export function pruneFields(merged: unknown, { type, owners, last, applied }: Pruning): unknown {
  if (isEmptySet(difference(last, applied))) return merged;
  const named = (set: FieldSet) => withNamedFields(type, set);
  const mergedFields = named(fieldsOf(type, merged));
  const owned = [...owners.values()].reduce((all, { fields }) => union(all, fields), {} as FieldSet);
  const pruned = removeFields(type, merged, named(last));
  const keptFields = union(named(fieldsOf(type, pruned)), named(owned));
  const withOwned = removeFields(type, merged, difference(mergedFields, keptFields));
  const prunedFields = named(fieldsOf(type, withOwned));
  // What the applier never owned stays, even where what holds it is gone.
  return removeFields(type, merged, intersection(difference(mergedFields, prunedFields), named(last)));
}
