import { type ApplyType, memberType } from './apply-type.ts';
import { childrenOf, type FieldSet, isMember, nodeOf, withoutSelf } from './field-set.ts';

/**
 * The set with the named fields above its fields: who owns `spec.replicas` then owns `spec`, too. Keys of maps and
 * items of lists are named in sets themselves; fields of structs are not.
 */
export function withNamedFields(type: ApplyType | undefined, set: FieldSet): FieldSet {
  const result: FieldSet = {};
  for (const element of childrenOf(set)) {
    const node = set[element] ?? {};
    const name = element.startsWith('f:') && type?.kind === 'object' ? element.slice(2) : undefined;
    const isNamed = name !== undefined && type?.kind === 'object' && type.members.field(name) !== undefined;
    const children = withNamedFields(typeBelow(type, element, name), withoutSelf(node));
    result[element] = nodeOf(isNamed || isMember(node), children);
  }
  return result;
}

function typeBelow(
  type: ApplyType | undefined,
  element: string,
  name: string | undefined,
): ApplyType | undefined {
  if (type?.kind === 'object' && name !== undefined) return memberType(type.members, name);
  return type?.kind === 'list' && element.startsWith('k:') ? type.element : undefined;
}
