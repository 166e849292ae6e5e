import { bindPod } from '@berth/controllers';
import type { Pod } from '@berth/kinds';
import {
  conflictError,
  invalidError,
  type KubeObject,
  modifiedError,
  notFoundError,
  path,
  required,
} from '@berth/machinery';
import { requireUsableNode } from '../fleet/usable-node.ts';
import { commitReplacement, refusalError } from '../objects/commit.ts';
import { decodeStored } from '../objects/versions.ts';
import { writeOptionsOf } from '../request/write-options.ts';
import { negotiate } from '../respond/negotiate.ts';
import { send } from '../respond/send.ts';
import type { ResourceRequest } from '../route/resource-request.ts';
import { keyOf } from '../route/resource-scope.ts';
import { decodeSubresourceBody } from './subresource-body.ts';

const conflictAttempts = 6;

interface Binding extends KubeObject {
  readonly target?: { readonly kind?: string; readonly name?: string };
}

/** `POST …/binding`: assigns a pod to a node, once. What schedulers other than Berth's own do. */
export async function createBinding(request: ResourceRequest): Promise<Response> {
  const { c, deps, scope } = request;
  const output = negotiate(c.req.header('accept'), { projections: [] });
  const options = writeOptionsOf(c, 'CreateOptions');
  const { target, metadata } = await decodeSubresourceBody<Binding>(request, options);
  const node = target?.name ?? '';
  if (node === '') {
    throw invalidError({ group: '', kind: 'Binding' }, scope.name, [required(path('target', 'name'))]);
  }
  for (let attempt = 0; attempt < conflictAttempts; attempt += 1) {
    const current = await scope.home.get(keyOf(scope));
    if (current === undefined) throw notFoundError(scope.groupResource, scope.name);
    // The subresource exists for pods alone.
    const pod: Pod = decodeStored(scope, current);
    requireBindable(request, pod, metadata.uid);
    await requireUsableNode(request, pod, node);
    if (options.dryRun) break;
    const committed = await commitReplacement(scope, {
      current,
      effect: 'write',
      object: bindPod(pod, node, deps.now()),
    });
    if ('state' in committed) break;
    if (committed.refusal.status !== 'conflict') throw refusalError(scope, scope.name, committed.refusal);
    if (attempt === conflictAttempts - 1) throw modifiedError(scope.groupResource, scope.name);
  }
  const done = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };
  return send(c, { format: output.format, status: 201, json: JSON.stringify(done) });
}

function requireBindable({ scope }: ResourceRequest, pod: Pod, uid: string | undefined): void {
  const refuse = (explanation: string) =>
    conflictError(
      { group: '', resource: `${scope.groupResource.resource}/binding` },
      scope.name,
      explanation,
    );
  if (uid !== undefined && uid !== '' && uid !== pod.metadata.uid) {
    throw refuse(`Precondition failed: UID in precondition: ${uid}, UID in object meta: ${pod.metadata.uid}`);
  }
  if (pod.metadata.deletionTimestamp !== undefined) {
    throw refuse(`pod ${scope.name} is being deleted, cannot be assigned to a host`);
  }
  if (pod.spec?.nodeName) {
    throw refuse(`pod ${scope.name} is already assigned to node ${JSON.stringify(pod.spec.nodeName)}`);
  }
}
