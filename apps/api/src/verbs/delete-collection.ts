import { listPage } from '../objects/list-page.ts';
import { deleteOptionsOf } from '../request/delete-options.ts';
import { listOptionsOf } from '../request/list-options.ts';
import { negotiate } from '../respond/negotiate.ts';
import { sendList } from '../respond/send-list.ts';
import type { ResourceRequest } from '../route/resource-request.ts';
import { deleteOne } from './delete.ts';

/** How many deletions are under way at once: enough to fill a group commit. */
const deletionsAtOnce = 200;

/** `DELETE` of a collection: of every object that the selectors select. Answers with the objects as they were. */
export async function deleteCollection(request: ResourceRequest): Promise<Response> {
  const { c, deps, scope } = request;
  const output = negotiate(c.req.header('accept'), { projections: [] });
  const options = listOptionsOf(c, scope);
  const deletion = await deleteOptionsOf(request);
  const page = await listPage(scope, options, c.get('pace'));
  for (let start = 0; start < page.items.length; start += deletionsAtOnce) {
    const batch = page.items.slice(start, start + deletionsAtOnce);
    // An object that is gone by now is what was asked for.
    await Promise.all(
      batch.map(({ namespace, name }) => deleteOne(scope, { ...deletion, namespace, name, now: deps.now })),
    );
  }
  return sendList(request, page, output);
}
