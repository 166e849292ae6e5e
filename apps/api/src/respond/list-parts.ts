import { type ListMeta, partialObjectMetadata, renderTable } from '@berth/machinery';
import type { StoredObject } from '@berth/store';
import { stringify } from 'yaml';
import type { SelectedPage } from '../objects/list-page.ts';
import { parsedObject } from '../objects/parsed-object.ts';
import { fromStorage, renderItem } from '../objects/versions.ts';
import type { ResourceRequest } from '../route/resource-request.ts';
import type { Output, Projection } from './negotiate.ts';
import { yamlOptions } from './send.ts';
import { includeObjectOf } from './table-json.ts';

/** A list before its items are rendered. */
interface ListForm {
  /** Everything but the items. */
  readonly head: object;
  readonly itemsField: 'items' | 'rows';
  readonly items: readonly StoredObject[];
  readonly itemJson: (item: StoredObject) => string;
}

/**
 * The text of a list in the form that was negotiated, piece by piece: one for each item, made when it is asked for. JSON of plain
 * lists is put together from stored bytes.
 *
 * @throws StatusError `BadRequest` for an `includeObject` that there is none of, before the first piece
 */
export function listParts(
  request: ResourceRequest,
  page: SelectedPage,
  { as, format }: Output,
): Generator<string, void> {
  const form = as === undefined ? plainForm(request, page) : projectedForm(request, page, as);
  return format === 'yaml' ? yamlParts(form) : jsonParts(form);
}

function* jsonParts({ head, itemsField, items, itemJson }: ListForm): Generator<string, void> {
  yield `${JSON.stringify(head).slice(0, -1)},"${itemsField}":[`;
  let separator = '';
  for (const item of items) {
    yield separator + itemJson(item);
    separator = ',';
  }
  yield ']}';
}

function* yamlParts({ head, itemsField, items, itemJson }: ListForm): Generator<string, void> {
  yield stringify(head, yamlOptions);
  if (items.length === 0) yield `${itemsField}: []\n`;
  else yield `${itemsField}:\n`;
  for (const item of items) {
    // A list of one, without the line that names it, is an item at its place.
    yield stringify({ x: [JSON.parse(itemJson(item))] }, yamlOptions).slice('x:\n'.length);
  }
}

function plainForm({ scope }: ResourceRequest, page: SelectedPage): ListForm {
  const { apiVersion } = scope.typeMeta;
  return {
    head: { kind: scope.definition.listKind, apiVersion, metadata: listMetadata(page) },
    itemsField: 'items',
    items: page.items,
    itemJson: (item) => renderItem(scope, item),
  };
}

function projectedForm(request: ResourceRequest, page: SelectedPage, as: Projection): ListForm {
  const { scope, deps } = request;
  const apiVersion = `meta.k8s.io/${as.version}` as const;
  const metadata = listMetadata(page);
  if (as.kind !== 'Table') {
    return {
      head: { kind: 'PartialObjectMetadataList', apiVersion, metadata },
      itemsField: 'items',
      items: page.items,
      itemJson: (item) => JSON.stringify(partialObjectMetadata(parsedObject(scope, item), apiVersion)),
    };
  }
  const { columns } = scope.definition;
  const include = includeObjectOf(request);
  const now = deps.now();
  const { rows: _rows, ...head } = renderTable({ columns, objects: [], metadata, now, apiVersion });
  return {
    head,
    itemsField: 'rows',
    items: inTableOrder(request, page.items),
    itemJson(item) {
      const object = parsedObject(scope, item);
      const includeObject = include === 'Object' ? 'None' : include;
      const rendered = { columns, objects: [object], metadata, now, includeObject, apiVersion };
      const [row] = renderTable({ ...rendered, withoutHeaders: true }).rows;
      return JSON.stringify(include === 'Object' ? { ...row, object: fromStorage(scope, object) } : row);
    },
  };
}

function inTableOrder({ scope }: ResourceRequest, items: readonly StoredObject[]): readonly StoredObject[] {
  const { tableOrder } = scope.definition;
  if (tableOrder === undefined) return items;
  return items
    .map((item) => ({ item, object: parsedObject(scope, item) }))
    .sort((a, b) => tableOrder(a.object, b.object))
    .map(({ item }) => item);
}

function listMetadata({ revision, continueToken, remainingItemCount }: SelectedPage): ListMeta {
  return {
    resourceVersion: String(revision),
    ...(continueToken !== undefined && { continue: continueToken }),
    ...(remainingItemCount !== undefined && { remainingItemCount }),
  };
}
