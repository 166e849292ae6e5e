import {
  apiAudience,
  isNodeAudience,
  issuerOf,
  issueToken,
  longestTokenLifetimeSeconds,
  serviceAccountSubject,
} from '@berth/auth';
import {
  type FieldError,
  invalid,
  invalidError,
  type KubeObject,
  notFoundError,
  path,
  toTime,
} from '@berth/machinery';
import { decodeBody } from '../request/decode-body.ts';
import { writeOptionsOf } from '../request/write-options.ts';
import { negotiate } from '../respond/negotiate.ts';
import { send } from '../respond/send.ts';
import type { ResourceRequest } from '../route/resource-request.ts';
import { keyOf } from '../route/resource-scope.ts';
import { restrictNodeToken } from '../route/restrict-node.ts';
import { boundObjectClaim, type BoundObjectRef } from '../tokens/bound-object.ts';

interface TokenRequest extends KubeObject {
  readonly spec: {
    readonly audiences?: readonly string[] | null;
    readonly expirationSeconds?: number;
    readonly boundObjectRef?: BoundObjectRef | null;
  };
}

const tokenRequest = { group: 'authentication.k8s.io', kind: 'TokenRequest' };
const defaultSeconds = 3600;
const leastSeconds = 600;

/** `POST …/serviceaccounts/<name>/token`: a token of the account, as `kubectl create token` asks for. */
export async function createToken(request: ResourceRequest): Promise<Response> {
  const { c, deps, scope } = request;
  const { format } = negotiate(c.req.header('accept'), { projections: [] });
  const body = await decodeTokenRequest(request);
  const { name, namespace } = scope;
  const { clusterId } = scope.attributes;
  const { audiences, expirationSeconds } = grantable(request, body);
  const { boundObjectRef } = body.spec;
  await restrictNodeToken(request, boundObjectRef ?? undefined, body.spec.audiences ?? []);
  const account = await scope.home.get(keyOf(scope));
  if (account === undefined) throw notFoundError(scope.groupResource, name);
  const bound = await boundObjectClaim(request, boundObjectRef);
  const now = deps.now();
  // Who may do less than all that they might get no more by an account's token.
  const tokenScope = c.get('identity')?.scope;
  const { token, expiresAt } = await issueToken(deps.keys, {
    clusterId,
    issuer: issuerOf(deps.externalUrl, clusterId),
    subject: serviceAccountSubject({ namespace, name, uid: account.uid }),
    audience: audiences,
    expiresInSeconds: expirationSeconds,
    now,
    ...(tokenScope !== undefined && { scope: tokenScope }),
    claims: { 'kubernetes.io': { namespace, serviceaccount: { name, uid: account.uid }, ...bound } },
  });
  const answer = {
    ...body,
    metadata: { ...body.metadata, name, namespace, creationTimestamp: toTime(now) },
    spec: { ...body.spec, audiences, expirationSeconds, boundObjectRef: boundObjectRef ?? null },
    status: { token, expirationTimestamp: toTime(expiresAt) },
  };
  return send(c, { format, status: 201, json: JSON.stringify(answer) });
}

/** The body names the account of the URL, if it names one. */
async function decodeTokenRequest({ c, scope }: ResourceRequest): Promise<TokenRequest> {
  const { fieldValidation } = writeOptionsOf(c, 'CreateOptions');
  const body = await decodeBody<TokenRequest>(c, {
    schema: scope.kinds.schema,
    message: 'k8s.io.api.authentication.v1.TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    kind: tokenRequest.kind,
    fieldValidation,
  });
  for (const [field, value] of Object.entries({ name: scope.name, namespace: scope.namespace })) {
    const said = body.metadata?.[field as 'name' | 'namespace'];
    if (!said || said === value) continue;
    const detail = `must match the service account ${field} if specified`;
    throw invalidError(tokenRequest, scope.name, [invalid(path('metadata', field), said, detail)]);
  }
  return body;
}

/** What is asked for, with upstream's defaults and bounds; a lifetime beyond the longest is shortened, with a warning. */
function grantable({ c }: ResourceRequest, { spec }: TokenRequest) {
  const asked = spec.expirationSeconds ?? defaultSeconds;
  const audiences = spec.audiences?.length ? [...spec.audiences] : [apiAudience];
  const at = path('spec', 'expirationSeconds');
  const errors: FieldError[] = [];
  if (asked < leastSeconds) {
    errors.push(invalid(at, asked, 'may not specify a duration less than 10 minutes'));
  }
  if (asked > 2 ** 32) {
    errors.push(invalid(at, asked, 'may not specify a duration larger than 2^32 seconds'));
  }
  // Agents take whoever has such a token for the API server.
  for (const audience of audiences.filter(isNodeAudience)) {
    errors.push(invalid(path('spec', 'audiences'), audience, 'is kept for the API server itself'));
  }
  if (errors.length > 0) throw invalidError(tokenRequest, '', errors);
  const expirationSeconds = Math.min(asked, longestTokenLifetimeSeconds);
  if (expirationSeconds < asked) {
    c.get('warnings').push(
      `requested expiration of ${asked} seconds shortened to ${expirationSeconds} seconds`,
    );
  }
  return { audiences, expirationSeconds };
}
