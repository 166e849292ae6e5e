import type { Api } from '../api/api.ts';
import { withHint } from '../api/with-hint.ts';
import { CliError, usageError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { type ClusterPlace, platformPaths } from './platform-paths.ts';

interface Listed {
  readonly items: readonly { readonly metadata: { readonly namespace: string; readonly name: string } }[];
}

/**
 * Whose a cluster is: the tenant that its name is written with (`acme/prod`), or the one that is meant anyway, or the one
 * that has it, as cluster names are unique over the fleet.
 *
 * @throws CliError NOT_FOUND; FORBIDDEN where only those may look who see all tenants
 */
export async function findCluster(api: Api, reference: string): Promise<ClusterPlace> {
  const known = writtenPlace(api, reference);
  if (known !== undefined) return known;
  const query = new URLSearchParams({ fieldSelector: `metadata.name=${reference}` });
  const path = `${platformPaths.clusters()}?${query.toString()}`;
  const list = await withHint(api.call({ method: 'GET', path }), {
    code: 'FORBIDDEN',
    message: () => `whose cluster is "${reference}"? Write <tenant>/${reference}, or give --tenant.`,
  });
  const [found] = (list as Listed).items;
  if (found !== undefined) return { tenant: found.metadata.namespace, name: found.metadata.name };
  throw new CliError('NOT_FOUND', `there is no cluster "${reference}"`, { exitCode: exitCodes.notFound });
}

/** The tenant that stands before the cluster's name, or that is meant where none does. */
export function writtenPlace(api: Api, reference: string): ClusterPlace | undefined {
  const [tenant, name, ...rest] = reference.split('/');
  if (name === undefined) {
    return api.access.tenant === undefined ? undefined : { tenant: api.access.tenant, name: reference };
  }
  if (!tenant || !name || rest.length > 0)
    throw usageError(`"${reference}" is no cluster. Write <cluster> or <tenant>/<cluster>.`);
  return { tenant, name };
}
