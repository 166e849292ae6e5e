import type { DeleteOptions } from '@berth/kinds';
import { type KubeObject, notFoundError } from '@berth/machinery';
import { writeOptionsOf } from '../request/write-options.ts';
import { negotiate } from '../respond/negotiate.ts';
import { send } from '../respond/send.ts';
import type { ResourceRequest } from '../route/resource-request.ts';
import { deleteOne } from '../verbs/delete.ts';
import { decodeSubresourceBody } from './subresource-body.ts';

interface Eviction extends KubeObject {
  readonly deleteOptions?: DeleteOptions & { readonly dryRun?: readonly string[] };
}

/** `POST …/eviction`: a deletion with grace, as `kubectl drain` asks for. No disruption budgets are served yet. */
export async function createEviction(request: ResourceRequest): Promise<Response> {
  const { c, deps, scope } = request;
  const output = negotiate(c.req.header('accept'), { projections: [] });
  const write = writeOptionsOf(c, 'CreateOptions');
  const { deleteOptions = {} } = await decodeSubresourceBody<Eviction>(request, write);
  const { dryRun = [], ...options } = deleteOptions;
  const evicted = await deleteOne(scope, {
    namespace: scope.namespace,
    name: scope.name,
    options,
    dryRun: write.dryRun || dryRun.includes('All'),
    now: deps.now,
  });
  if (evicted === undefined) throw notFoundError(scope.groupResource, scope.name);
  const done = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };
  return send(c, { format: output.format, status: 201, json: JSON.stringify(done) });
}
