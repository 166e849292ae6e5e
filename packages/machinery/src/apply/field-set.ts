import type { FieldsV1 } from '../object.ts';

/**
 * Sets of fields, in the form in which `managedFields` holds them. A node without members is a field of the set; a node
 * with members is one if `.` is among them. Nothing here changes its arguments, and results share parts with them.
 * https://pkg.go.dev/sigs.k8s.io/structured-merge-diff/v6/fieldpath#Set
 */
export type FieldSet = FieldsV1;

/** One step of a path, as it stands in a set: `f:spec`, `k:{"name":"x"}`, `v:"x"`. */
export type PathElement = string;

const emptySet: FieldSet = {};

const self = '.';

export function isEmptySet(set: FieldSet): boolean {
  for (const _element in set) return false;
  return true;
}

/** Whether the element itself, not only something below it, is in the set. */
function hasElement(set: FieldSet, element: PathElement): boolean {
  const node = set[element];
  return node !== undefined && isMember(node);
}

/** What the set has below an element. */
function below(set: FieldSet, element: PathElement): FieldSet {
  return set[element] ?? emptySet;
}

export function union(left: FieldSet, right: FieldSet): FieldSet {
  if (isEmptySet(left)) return right;
  if (isEmptySet(right)) return left;
  const result: FieldSet = { ...left };
  for (const element of childrenOf(right)) {
    const theirs = right[element] ?? emptySet;
    const ours = left[element];
    result[element] = ours === undefined ? theirs : unionOfNodes(ours, theirs);
  }
  return result;
}

function unionOfNodes(left: FieldSet, right: FieldSet): FieldSet {
  return nodeOf(isMember(left) || isMember(right), union(withoutSelf(left), withoutSelf(right)));
}

/** What is in `left` and not in `right`. A field stays when only fields below it go, and they when only it goes. */
export function difference(left: FieldSet, right: FieldSet): FieldSet {
  let result: FieldSet | undefined;
  for (const element of childrenOf(right)) {
    const ours = left[element];
    const theirs = right[element] ?? emptySet;
    if (ours === undefined) continue;
    const rest = differenceOfNodes(ours, theirs);
    if (rest === ours) continue;
    result ??= { ...left };
    if (rest === undefined) delete result[element];
    else result[element] = rest;
  }
  return result ?? left;
}

function differenceOfNodes(left: FieldSet, right: FieldSet): FieldSet | undefined {
  const member = isMember(left) && !isMember(right);
  const ours = withoutSelf(left);
  const rest = difference(ours, right);
  if (member === isMember(left) && rest === ours) return left;
  return member || !isEmptySet(rest) ? nodeOf(member, rest) : undefined;
}

export function intersection(left: FieldSet, right: FieldSet): FieldSet {
  const result: FieldSet = {};
  for (const element of childrenOf(left)) {
    const theirs = right[element];
    const ours = left[element];
    if (theirs === undefined || ours === undefined) continue;
    const shared = intersection(ours, theirs);
    const member = isMember(ours) && isMember(theirs);
    if (member || !isEmptySet(shared)) result[element] = nodeOf(member, shared);
  }
  return result;
}

/** The set without some fields and all that is below them. */
export function withoutSubtrees(set: FieldSet, paths: ReadonlyArray<readonly PathElement[]>): FieldSet {
  return paths.reduce((rest, path) => withoutSubtree(rest, path), set);
}

function withoutSubtree(set: FieldSet, [element, ...rest]: readonly PathElement[]): FieldSet {
  const node = element === undefined ? undefined : set[element];
  if (element === undefined || node === undefined) return set;
  const { [element]: _removed, ...others } = set;
  if (rest.length === 0) return others;
  const ours = withoutSelf(node);
  const kept = withoutSubtree(ours, rest);
  if (kept === ours) return set;
  const member = isMember(node);
  return member || !isEmptySet(kept) ? { ...others, [element]: nodeOf(member, kept) } : others;
}

/** Calls back for every field of the set, in upstream's order: at each level the fields, then what is below. */
export function forEachPath(set: FieldSet, visit: (path: readonly PathElement[]) => void): void {
  const walk = (node: FieldSet, path: readonly PathElement[]) => {
    const elements = childrenOf(node).toSorted();
    for (const element of elements) if (hasElement(node, element)) visit([...path, element]);
    for (const element of elements) walk(below(node, element), [...path, element]);
  };
  walk(set, []);
}

/** Adds a field to a set that is being built. The one function here that changes its argument. */
export function insertInto(set: FieldSet, path: readonly PathElement[]): void {
  let node = set;
  let isNew = false;
  for (const element of path) {
    if (!isNew && node !== set && !hasMembers(node)) node[self] = {};
    let child = node[element];
    isNew = child === undefined;
    child ??= {};
    node[element] = child;
    nodesWithMembers.add(node);
    node = child;
  }
  if (!isNew && hasMembers(node)) node[self] = {};
}

/** Nodes that were given members, and lose none while they are built: to ask a large node itself takes its size. */
const nodesWithMembers = new WeakSet<FieldSet>();

function hasMembers(node: FieldSet): boolean {
  return nodesWithMembers.has(node) || !isEmptySet(node);
}

/** As {@link insertInto}, for a field and all that is below it. Nothing of it may be in the set. */
export function insertNode(set: FieldSet, path: readonly PathElement[], node: FieldSet): void {
  insertInto(set, path);
  const last = path.at(-1);
  if (last === undefined) return;
  const parent = path.slice(0, -1).reduce((above, element) => above[element] ?? above, set);
  parent[last] = node;
}

/** A node of some children, which is a field itself or not. */
export function nodeOf(member: boolean, children: FieldSet): FieldSet {
  return member && !isEmptySet(children) ? { [self]: {}, ...children } : children;
}

export function isMember(node: FieldSet): boolean {
  return self in node || isEmptySet(node);
}

export function childrenOf(node: FieldSet): readonly PathElement[] {
  return Object.keys(node).filter((element) => element !== self);
}

/** A node's children as a set of their own. */
export function withoutSelf(node: FieldSet): FieldSet {
  if (!(self in node)) return node;
  const { [self]: _self, ...children } = node;
  return children;
}
