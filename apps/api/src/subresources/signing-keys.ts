import { type KeyTimes, keysPublishedForMs, signerAt, systemClusterId, tokenAlgorithms } from '@berth/auth';
import { type KubeObject, notFoundError, toTime } from '@berth/machinery';
import { writeOptionsOf } from '../request/write-options.ts';
import { negotiate } from '../respond/negotiate.ts';
import { send } from '../respond/send.ts';
import type { ResourceRequest } from '../route/resource-request.ts';
import { keyOf } from '../route/resource-scope.ts';
import { decodeSubresourceBody } from './subresource-body.ts';

const operatorNamespace = 'default';

interface SigningKeys extends KubeObject {
  readonly spec?: { readonly replace?: boolean };
}

/** `GET …/clusters/<name>/signingkeys`: which keys sign and verify the cluster's tokens, and until when. */
export async function getSigningKeys(request: ResourceRequest): Promise<Response> {
  const { format } = negotiate(request.c.req.header('accept'), { projections: [] });
  await requireCluster(request);
  return send(request.c, { format, json: JSON.stringify(await signingKeys(request)) });
}

/**
 * `POST …/clusters/<name>/signingkeys`: new keys, which are published at once and sign once nobody has the former JWKS.
 * With `spec.replace`, for keys in wrong hands, they sign at once and every token from before ends.
 */
export async function rotateSigningKeys(request: ResourceRequest): Promise<Response> {
  const { c, deps, scope } = request;
  const { format } = negotiate(c.req.header('accept'), { projections: [] });
  const options = writeOptionsOf(c, 'CreateOptions');
  const { spec } = await decodeSubresourceBody<SigningKeys>(request, options);
  await requireCluster(request);
  if (!options.dryRun) {
    await (spec?.replace
      ? deps.keys.replace(scope.name)
      : deps.keys.rotate(scope.name, { rotateAfterMs: 0, publishedForMs: keysPublishedForMs }));
  }
  return send(c, { format, status: 201, json: JSON.stringify(await signingKeys(request)) });
}

/** The fleet's own cluster has keys, too, and no object: it counts as one of the operator's namespace. */
async function requireCluster({ scope }: ResourceRequest): Promise<void> {
  if (scope.name === systemClusterId && scope.namespace === operatorNamespace) return;
  if (await scope.home.get(keyOf(scope))) return;
  throw notFoundError(scope.groupResource, scope.name);
}

async function signingKeys({ deps, scope }: ResourceRequest) {
  const { name, namespace } = scope;
  const keys = await deps.keys.keyTimes(name);
  return {
    kind: 'SigningKeys',
    apiVersion: scope.typeMeta.apiVersion,
    metadata: { name, namespace },
    status: { keys: keys.map((key) => keyStatus(key, keys, deps.now())) },
  };
}

function keyStatus(key: KeyTimes, keys: readonly KeyTimes[], now: Date) {
  const isSigner = tokenAlgorithms.some((algorithm) => signerAt(keys, algorithm, now) === key);
  const { keyId: id, algorithm, signsFrom, usedUntil } = key;
  return {
    id,
    algorithm,
    phase: isSigner ? 'Signing' : signsFrom > now ? 'Published' : 'Verifying',
    signsFrom: toTime(signsFrom),
    ...(usedUntil !== undefined && { usedUntil: toTime(usedUntil) }),
  };
}
