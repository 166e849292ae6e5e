import { apiAudience, isNodeAudience, issuerOf, mintToken, serviceAccountSubject } from '@berth/auth';
import { resourceName } from '@berth/kinds';
import {
  badRequestError,
  conflictError,
  type FieldError,
  invalid,
  invalidError,
  type KubeObject,
  notFoundError,
  path,
  toTime,
} from '@berth/machinery';
import { writeOptionsOf } from '../request/write-options.ts';
import { negotiate } from '../respond/negotiate.ts';
import { send } from '../respond/send.ts';
import type { ResourceRequest } from '../route/resource-request.ts';
import { keyOf } from '../route/resource-scope.ts';
import { restrictNodeToken } from '../route/restrict-node.ts';
import { decodeSubresourceBody } from './subresource-body.ts';

interface TokenRequest extends KubeObject {
  readonly spec: {
    readonly audiences?: readonly string[] | null;
    readonly expirationSeconds?: number;
    readonly boundObjectRef?: BoundObjectRef;
  };
}

interface BoundObjectRef {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly uid?: string;
}

const defaultSeconds = 3600;
const leastSeconds = 600;
/** Every token ends; a year is the longest that anybody may ask for. */
const mostSeconds = 365 * 24 * 3600;

/** `POST …/serviceaccounts/<name>/token`: a token of the account, as `kubectl create token` asks for. */
export async function createToken(request: ResourceRequest): Promise<Response> {
  const { c, deps, scope } = request;
  const output = negotiate(c.req.header('accept'), { projections: [] });
  const options = writeOptionsOf(c, 'CreateOptions');
  const body = await decodeSubresourceBody<TokenRequest>(request, options);
  const { name, namespace } = scope;
  const { clusterId } = scope.attributes;
  const expirationSeconds = body.spec.expirationSeconds ?? defaultSeconds;
  const audiences = body.spec.audiences?.length ? [...body.spec.audiences] : [apiAudience];
  requireGrantable(name, expirationSeconds, audiences);
  await restrictNodeToken(request, body.spec.boundObjectRef);
  const account = await scope.home.get(keyOf(scope));
  if (account === undefined) throw notFoundError(scope.groupResource, name);
  const bound = await boundObject(request, body.spec.boundObjectRef);
  const now = deps.now();
  const token = await mintToken({
    clusterId,
    issuer: issuerOf(deps.externalUrl, clusterId),
    subject: serviceAccountSubject({ namespace, name, uid: account.uid }),
    audience: audiences,
    expiresInSeconds: expirationSeconds,
    key: await deps.keys.signingKey(clusterId),
    now,
    claims: { 'kubernetes.io': { namespace, serviceaccount: { name, uid: account.uid }, ...bound } },
  });
  const answer = {
    ...body,
    metadata: { ...body.metadata, name, namespace, creationTimestamp: toTime(now) },
    spec: { ...body.spec, audiences, expirationSeconds, boundObjectRef: body.spec.boundObjectRef ?? null },
    status: { token, expirationTimestamp: toTime(new Date(now.getTime() + expirationSeconds * 1000)) },
  };
  return send(c, { format: output.format, status: 201, json: JSON.stringify(answer) });
}

function requireGrantable(name: string, seconds: number, audiences: readonly string[]): void {
  const at = path('spec', 'expirationSeconds');
  const errors: FieldError[] = [];
  if (seconds < leastSeconds)
    errors.push(invalid(at, seconds, 'may not specify a duration less than 10 minutes'));
  if (seconds > mostSeconds)
    errors.push(invalid(at, seconds, 'may not specify a duration larger than 365 days'));
  // Agents take whoever has such a token for the API server.
  for (const audience of audiences.filter(isNodeAudience)) {
    errors.push(invalid(path('spec', 'audiences'), audience, 'is kept for the API server itself'));
  }
  if (errors.length > 0)
    throw invalidError({ group: 'authentication.k8s.io', kind: 'TokenRequest' }, name, errors);
}

/** The claim of the object that the token is bound to. https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#bound-service-account-tokens */
async function boundObject(
  { scope }: ResourceRequest,
  reference: BoundObjectRef | undefined,
): Promise<Readonly<Record<string, unknown>>> {
  if (reference?.kind === undefined || reference.kind === '') return {};
  const { apiVersion = 'v1', kind, name = '', uid = '' } = reference;
  const served = scope.kinds.byGroupVersionKind(apiVersion, kind);
  if (served === undefined || !boundKinds.has(kind)) {
    throw badRequestError(`cannot bind token for serviceaccount ${JSON.stringify(scope.name)} to a ${kind}`);
  }
  const { definition } = served;
  const resource = resourceName(definition);
  const namespace = definition.scope === 'Namespaced' ? scope.namespace : '';
  const found = await scope.cluster.get({ resource, namespace, name });
  if (found === undefined)
    throw notFoundError({ group: served.version.group, resource: definition.plural }, name);
  if (uid !== '' && uid !== found.uid) {
    throw conflictError(
      { group: served.version.group, resource: definition.plural },
      name,
      `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  }
  return { [definition.singular]: { name, uid: found.uid } };
}

const boundKinds: ReadonlySet<string> = new Set(['Pod', 'Secret']);
