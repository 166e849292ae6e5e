import { isDeepStrictEqual } from 'node:util';
import { copyJson } from '../copy-json.ts';
import { isJsonObject } from '../decode/codec.ts';
import type { Json } from '../object.ts';
import { goTypeName } from './go-format.ts';
import { containerOf, insertAt, type JsonContainer, memberAt, removeAt, replaceAt } from './json-pointer.ts';
import { PatchError } from './patch-error.ts';

/** One operation of a JSON patch (RFC 6902). */
export interface JsonPatchOperation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  readonly value?: Json;
}

/**
 * The operations of a parsed patch.
 *
 * @throws PatchError `malformed` if it is not a list of operations.
 */
export function readJsonPatch(patch: unknown): readonly JsonPatchOperation[] {
  const listType = '[]handlers.jsonPatchOp';
  if (!Array.isArray(patch)) throw cannotUnmarshal(patch, `value of type ${listType}`);
  for (const operation of patch as readonly unknown[]) {
    if (!isJsonObject(operation)) throw cannotUnmarshal(operation, 'value of type handlers.jsonPatchOp');
    for (const name of ['op', 'path', 'from']) {
      const member = operation[name];
      const isText = member === undefined || member === null || typeof member === 'string';
      if (!isText) throw cannotUnmarshal(member, `struct field jsonPatchOp.${name} of type string`);
    }
  }
  return patch as readonly JsonPatchOperation[];
}

function cannotUnmarshal(value: unknown, target: string): PatchError {
  const kind = {
    'map[string]interface {}': 'object',
    '[]interface {}': 'array',
    int64: 'number',
    float64: 'number',
  };
  const type = goTypeName(value);
  const found = kind[type as keyof typeof kind] ?? type;
  return new PatchError(
    'malformed',
    `error decoding patch: json: cannot unmarshal ${found} into Go ${target}`,
  );
}

/** As upstream: what all `copy` operations of a patch may add. Each could double the document. */
const maxCopiedBytes = 3 * 1024 * 1024;

/**
 * Applies a JSON patch: all operations or none. The document is not changed. As upstream's implementation does,
 * `replace` sets a field that is not there, `test` takes a missing field for null, and negative indices count from the
 * end.
 *
 * @throws PatchError
 */
export function applyJsonPatch(document: Json, operations: readonly JsonPatchOperation[]): Json {
  const patched: Patched = { document: copyJson(document), copiedBytes: 0 };
  for (const operation of operations) applyOperation(patched, operation);
  return patched.document;
}

/** A patch under way, on a document of its own. */
interface Patched {
  document: Json;
  copiedBytes: number;
}

function applyOperation(patched: Patched, operation: JsonPatchOperation): void {
  const { document } = patched;
  switch (operation.op) {
    case 'add':
      return addValue(document, operation.path, { value: copyJson(valueOf(operation)), verb: 'add' });
    case 'remove':
      removeValue(document, operation.path ?? '', 'remove');
      return;
    case 'replace':
      return replaceValue(patched, operation);
    case 'move': {
      const value = removeValue(document, fromOf(operation), 'move');
      return addValue(document, operation.path, { value, verb: 'move' });
    }
    case 'copy':
      return copyValue(patched, operation);
    case 'test':
      return testValue(document, operation);
    default:
      throw new PatchError('inapplicable', `Unexpected kind: ${operation.op}`);
  }
}

function addValue(document: Json, path: string, { value, verb }: { value: Json; verb: string }): void {
  insertAt(containerAt(document, path, verb), lastKey(path), value);
}

function removeValue(document: Json, path: string, verb: string): Json {
  const container = containerAt(document, path, verb);
  const value = memberAt(container, lastKey(path)) ?? null;
  removeAt(container, lastKey(path));
  return value;
}

function replaceValue(patched: Patched, operation: JsonPatchOperation): void {
  const { path } = operation;
  const value = copyJson(valueOf(operation));
  if (path === '') patched.document = value;
  else replaceAt(containerAt(patched.document, path, 'replace'), lastKey(path), value);
}

function copyValue(patched: Patched, operation: JsonPatchOperation): void {
  const from = fromOf(operation);
  const value = memberAt(containerAt(patched.document, from, 'copy'), lastKey(from)) ?? null;
  patched.copiedBytes += Buffer.byteLength(JSON.stringify(value));
  if (patched.copiedBytes > maxCopiedBytes) {
    throw new PatchError(
      'inapplicable',
      `Unable to complete the copy, the accumulated size increase of copy is ${patched.copiedBytes}, exceeding the limit ${maxCopiedBytes}`,
    );
  }
  addValue(patched.document, operation.path, { value: copyJson(value), verb: 'copy' });
}

function testValue(document: Json, { path, value = null }: JsonPatchOperation): void {
  const actual =
    path === '' ? document : (memberAt(containerAt(document, path, 'test'), lastKey(path)) ?? null);
  if (!isDeepStrictEqual(actual, value)) {
    throw new PatchError('inapplicable', `testing value ${path} failed: test failed`);
  }
}

function valueOf(operation: JsonPatchOperation): Json {
  if (operation.value !== undefined) return operation.value;
  throw new PatchError('inapplicable', `${operation.op} operation, missing value field: missing value`);
}

function fromOf(operation: JsonPatchOperation): string {
  if (operation.from !== undefined) return operation.from;
  throw new PatchError(
    'inapplicable',
    `${operation.op} operation failed to decode from: operation, missing from field: missing value`,
  );
}

/** The object or list in which a path's last key stands. */
function containerAt(document: Json, path: string, verb: string): JsonContainer {
  const container = containerOf(document, path);
  if (container) return container;
  throw new PatchError(
    'inapplicable',
    `${verb} operation does not apply: doc is missing path: "${path ?? ''}": missing value`,
  );
}

function lastKey(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
