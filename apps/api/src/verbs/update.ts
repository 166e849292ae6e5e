import type { KubeObject } from '@berth/machinery';
import { bodyFormOf } from '../objects/body-form.ts';
import { trackFields } from '../objects/track-fields.ts';
import { decodeBody } from '../request/decode-body.ts';
import { inUrlNamespace, requireUrlName } from '../request/match-url.ts';
import { writeOptionsOf } from '../request/write-options.ts';
import { negotiateObject } from '../respond/answer-object.ts';
import type { ResourceRequest } from '../route/resource-request.ts';
import type { ResourceScope } from '../route/resource-scope.ts';
import { storeNew } from './create.ts';
import { replaceObject } from './replace.ts';

/** `PUT` of an object, its status, or another subresource whose body is the object. */
export async function updateObject(request: ResourceRequest): Promise<Response> {
  const { c, deps, scope } = request;
  const output = negotiateObject(request);
  const options = writeOptionsOf(c, 'UpdateOptions');
  const form = bodyFormOf(scope);
  const decoded = await decodeBody(c, {
    schema: scope.kinds.schema,
    message: form.scope.version.message,
    ...form.scope.typeMeta,
    fieldValidation: options.fieldValidation,
  });
  const sent = inUrlNamespace(scope, decoded);
  requireUrlName(scope, sent);
  const nextOf = (live?: KubeObject) => scope.definition.strategy.applyDefaults(form.take(sent, live));
  return replaceObject(request, {
    desiredOf: (live) =>
      trackFields(scope, { live, next: nextOf(live), manager: options.fieldManager, now: deps.now() }),
    dryRun: options.dryRun,
    answer: { output },
    ...(createsOnUpdate(scope) && {
      whenMissing: async () => storeNew(request, nextOf(), { options, answer: { output, status: 201 } }),
    }),
  });
}

function createsOnUpdate({ definition, attributes }: ResourceScope): boolean {
  return definition.createOnUpdate === true && attributes.subresource === '';
}
