import type { Deployment, ReplicaSet } from '@berth/kinds';
import type { Api } from '../api/api.ts';
import { withHint } from '../api/with-hint.ts';
import { usageError } from '../cli-error.ts';
import { defaultCluster, systemCluster } from '../instance/names.ts';
import { readTokenClaims } from '../login/token-claims.ts';
import { type Rollout, type RolloutNames, rolloutOf } from './rollout-model.ts';

/** Which Deployment is meant, and where. */
export interface RolloutPlace {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
}

export interface RolloutRead {
  readonly rollout: Rollout;
  readonly deployment: Deployment;
  readonly sets: readonly ReplicaSet[];
}

/** The cluster that is named, or the only one that can be meant. @throws CliError USAGE */
export async function clusterOf({ access }: Api, cluster: string | undefined): Promise<string> {
  if (cluster !== undefined) return cluster.split('/').at(-1) ?? cluster;
  if (access.origin.type === 'instance') return defaultCluster;
  const own = readTokenClaims(await access.token())?.clusterId;
  if (own !== undefined && own !== systemCluster) return own;
  throw usageError('in which cluster? Give --cluster <cluster>.');
}

/** `web`, or as kubectl writes it `deployment/web`. @throws CliError USAGE */
export function deploymentName(reference: string): string {
  const [kind, name, ...rest] = reference.split('/');
  if (name === undefined) return reference;
  const isDeployment = /^(deploy(ments?)?|deployments?\.apps)$/.test(kind ?? '');
  if (isDeployment && name !== '' && rest.length === 0) return name;
  throw usageError(`"${reference}" is no Deployment. Write <name> or deployment/<name>.`);
}

export const defaultNamespace = 'default';

export function deploymentsPath(namespace: string): string {
  return `/apis/apps/v1/namespaces/${encodeURIComponent(namespace)}/deployments`;
}

export function deploymentPath({ namespace, name }: RolloutPlace): string {
  return `${deploymentsPath(namespace)}/${encodeURIComponent(name)}`;
}

/** @throws CliError NOT_FOUND, with where it was looked for */
export async function readRollout(api: Api, place: RolloutPlace, names: RolloutNames): Promise<RolloutRead> {
  const { cluster, namespace } = place;
  const answer = await withHint(api.call({ method: 'GET', cluster, path: deploymentPath(place) }), {
    code: 'NOT_FOUND',
    message: (refusal) =>
      `${refusal} (namespace "${namespace}" of cluster "${cluster}"; -n and --cluster say where to look)`,
  });
  // The server answers with what the path names.
  const deployment = answer as Deployment;
  const path = `/apis/apps/v1/namespaces/${encodeURIComponent(namespace)}/replicasets`;
  const { items } = (await api.call({ method: 'GET', cluster, path })) as { items: readonly ReplicaSet[] };
  const sets = items.filter(({ metadata }) =>
    metadata.ownerReferences?.some(({ uid }) => uid === deployment.metadata.uid),
  );
  return { deployment, sets, rollout: rolloutOf(deployment, sets, names) };
}
