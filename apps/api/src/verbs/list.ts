import { partialObjectMetadata } from '@berth/machinery';
import { listPage, type SelectedPage } from '../objects/list-page.ts';
import { parsedObject } from '../objects/parsed-object.ts';
import { renderItem } from '../objects/versions.ts';
import { listOptionsOf } from '../request/list-options.ts';
import { negotiate, type Output, type Projection } from '../respond/negotiate.ts';
import { send } from '../respond/send.ts';
import { includeObjectOf, tableJson } from '../respond/table-json.ts';
import type { ResourceRequest } from '../route/resource-request.ts';

const projections: readonly Projection['kind'][] = ['Table', 'PartialObjectMetadataList'];

/** `GET` of a collection. */
export async function listObjects(request: ResourceRequest): Promise<Response> {
  const { c, scope } = request;
  const output = negotiate(c.req.header('accept'), { projections });
  const page = await listPage(scope, listOptionsOf(c, scope));
  c.set('listedObjects', page.items.length);
  return send(c, { format: output.format, json: renderList(request, page, output) });
}

/** The JSON of a list in the form that was negotiated. Plain lists are put together from stored bytes. */
export function renderList(request: ResourceRequest, page: SelectedPage, { as }: Output): string {
  const { scope } = request;
  const metadata = listMetadata(page);
  if (as === undefined) {
    const head = `{"kind":"${scope.definition.listKind}","apiVersion":"${scope.typeMeta.apiVersion}","metadata":`;
    return `${head}${JSON.stringify(metadata)},"items":[${page.items.map((item) => renderItem(scope, item)).join(',')}]}`;
  }
  const objects = page.items.map((item) => parsedObject(scope, item));
  if (as.kind === 'Table') {
    const { tableOrder } = scope.definition;
    return tableJson(request, {
      objects: tableOrder === undefined ? objects : objects.sort(tableOrder),
      metadata,
      version: as.version,
      includeObject: includeObjectOf(request),
    });
  }
  return JSON.stringify({
    kind: 'PartialObjectMetadataList',
    apiVersion: `meta.k8s.io/${as.version}`,
    metadata,
    items: objects.map((object) => partialObjectMetadata(object, `meta.k8s.io/${as.version}`)),
  });
}

function listMetadata({ revision, continueToken, remainingItemCount }: SelectedPage) {
  return {
    resourceVersion: String(revision),
    ...(continueToken !== undefined && { continue: continueToken }),
    ...(remainingItemCount !== undefined && { remainingItemCount }),
  };
}
