import type { Identity } from '@berth/auth';
import { type KubeObject, unauthorizedError } from '@berth/machinery';
import { decodeBody } from '../request/decode-body.ts';
import { writeOptionsOf } from '../request/write-options.ts';
import { negotiate } from '../respond/negotiate.ts';
import { send } from '../respond/send.ts';
import type { ResourceRequest } from '../route/resource-request.ts';

/** Answers a review with its own spec and the status that `judge` finds. Nothing is stored. */
export async function answerReview(
  request: ResourceRequest,
  judge: (review: KubeObject, identity: Identity) => object | Promise<object>,
): Promise<Response> {
  const { c, scope } = request;
  const output = negotiate(c.req.header('accept'), { projections: [] });
  const { fieldValidation } = writeOptionsOf(c, 'CreateOptions');
  const review = await decodeBody(c, {
    schema: scope.kinds.schema,
    message: scope.version.message,
    ...scope.typeMeta,
    fieldValidation,
  });
  const identity = c.get('identity');
  if (identity === undefined) throw unauthorizedError();
  const { apiVersion, kind, metadata, spec, ...rest } = review;
  const answer = {
    kind,
    apiVersion,
    metadata,
    ...(spec !== undefined && { spec }),
    ...rest,
    status: await judge(review, identity),
  };
  return send(c, { format: output.format, status: 201, json: JSON.stringify(answer) });
}
