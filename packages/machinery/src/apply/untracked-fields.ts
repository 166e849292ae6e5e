import { type FieldSet, difference, type PathElement, withoutSubtrees } from './field-set.ts';

/** What no manager owns: what an object is, and what the server alone writes. */
const untracked: FieldSet = {
  'f:apiVersion': {},
  'f:kind': {},
  'f:metadata': {
    '.': {},
    'f:name': {},
    'f:namespace': {},
    'f:creationTimestamp': {},
    'f:selfLink': {},
    'f:uid': {},
    'f:clusterName': {},
    'f:generation': {},
    'f:managedFields': {},
    'f:resourceVersion': {},
  },
};

export function withoutUntracked(set: FieldSet): FieldSet {
  return difference(set, untracked);
}

/** Parts of an object that a request does not write, whatever it sends. */
export type ResetFields = ReadonlyArray<readonly PathElement[]>;

/** The main resource does not write status; the status subresource writes neither spec nor what identifies the object. */
export function resetFieldsOf(subresource: string): ResetFields {
  if (subresource === '') return [['f:status']];
  if (subresource === 'status') return [['f:spec']];
  return [];
}

export function withoutResetFields(set: FieldSet, fields: ResetFields): FieldSet {
  return withoutSubtrees(set, fields);
}
