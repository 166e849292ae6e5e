import { trackFields } from '../objects/track-fields.ts';
import { toStorage } from '../objects/versions.ts';
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
  const decoded = await decodeBody(c, {
    schema: scope.kinds.schema,
    message: scope.version.message,
    ...scope.typeMeta,
    fieldValidation: options.fieldValidation,
  });
  const sent = inUrlNamespace(scope, decoded);
  requireUrlName(scope, sent);
  const next = scope.definition.strategy.applyDefaults(toStorage(scope, sent));
  return replaceObject(request, {
    desiredOf: (live) => trackFields(scope, { live, next, manager: options.fieldManager, now: deps.now() }),
    dryRun: options.dryRun,
    answer: { output },
    ...(createsOnUpdate(scope) && {
      whenMissing: async () => storeNew(request, next, { options, answer: { output, status: 201 } }),
    }),
  });
}

function createsOnUpdate({ definition, attributes }: ResourceScope): boolean {
  return definition.createOnUpdate === true && attributes.subresource === '';
}
