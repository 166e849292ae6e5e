import { isJsonObject } from '../decode/codec.ts';
import { type ApplyType, deduceType, memberType } from './apply-type.ts';
import { formatElement } from './conflicts.ts';
import { elementOf, isKeyedList, type KeyedList, UnkeyedItem } from './list-items.ts';

/** What of a configuration cannot be owned: unknown fields, and items of lists that cannot be told apart. */
export function untypableFields(type: ApplyType, value: unknown): readonly string[] {
  const problems: string[] = [];
  collect({ problems, path: '' }, type, value);
  return problems;
}

interface Collecting {
  readonly problems: string[];
  readonly path: string;
}

function collect(at: Collecting, declared: ApplyType, value: unknown): void {
  const type = deduceType(declared, value);
  if (type.kind === 'object' && isJsonObject(value)) {
    const isStruct = type.members.element === undefined;
    for (const [name, member] of Object.entries(value)) {
      const path = `${at.path}.${name}`;
      if (isStruct && type.members.field(name) === undefined) {
        at.problems.push(`${path}: field not declared in schema`);
      } else {
        collect({ problems: at.problems, path }, memberType(type.members, name), member);
      }
    }
  } else if (isKeyedList(type) && Array.isArray(value)) {
    collectItems(at, type, value);
  } else if (type.kind === 'list' && Array.isArray(value)) {
    for (const [index, item] of value.entries())
      collect({ ...at, path: `${at.path}[${index}]` }, type.element, item);
  }
}

function collectItems(at: Collecting, type: KeyedList, list: readonly unknown[]): void {
  const seen = new Set<string>();
  for (const [index, item] of list.entries()) {
    try {
      const element = elementOf(type, item);
      const shown = formatElement(element);
      if (seen.has(element)) at.problems.push(`${at.path}: duplicate entries for key ${shown}`);
      seen.add(element);
      collect({ ...at, path: `${at.path}${shown}` }, type.element, item);
    } catch (error) {
      if (!(error instanceof UnkeyedItem)) throw error;
      at.problems.push(`${at.path}: element ${index}: ${error.message}`);
    }
  }
}
