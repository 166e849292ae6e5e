import type { KindDefinition } from '@berth/kinds';
import { type KubeObject, matchesFields, matchesLabels } from '@berth/machinery';
import type { ListOptions } from '../request/list-options.ts';

/** What a list or a watch is narrowed to. */
export type Selection = Pick<ListOptions, 'labels' | 'fields'>;

/** Whether everything is selected, so that no object has to be looked into. */
export function selectsAll({ labels, fields }: Selection): boolean {
  return labels.length === 0 && fields.length === 0;
}

/** Whether an object is selected. Field selectors look at the storage version. */
export function isSelected(definition: KindDefinition, selection: Selection, object: KubeObject): boolean {
  return (
    matchesLabels(object.metadata.labels, selection.labels) &&
    matchesFields(selection.fields, (field) => fieldValue(definition, field, object))
  );
}

function fieldValue(
  { selectableFields }: KindDefinition,
  field: string,
  object: KubeObject,
): string | undefined {
  if (field === 'metadata.name') return object.metadata.name;
  if (field === 'metadata.namespace') return object.metadata.namespace ?? '';
  return selectableFields[field]?.(object);
}
