import { listPage } from '../objects/list-page.ts';
import { listOptionsOf } from '../request/list-options.ts';
import { negotiate, type Projection } from '../respond/negotiate.ts';
import { sendList } from '../respond/send-list.ts';
import type { ResourceRequest } from '../route/resource-request.ts';

const projections: readonly Projection['kind'][] = ['Table', 'PartialObjectMetadataList'];

/** `GET` of a collection. */
export async function listObjects(request: ResourceRequest): Promise<Response> {
  const { c, scope } = request;
  const output = negotiate(c.req.header('accept'), { projections });
  const page = await listPage(scope, listOptionsOf(c, scope), c.get('pace'));
  return sendList(request, page, output);
}
