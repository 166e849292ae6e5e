import { type Deployment, liveGate, type PodTemplateSpec, type ReplicaSet } from '@berth/kinds';
import { revisionHash } from '../history/revision-hash.ts';
import { controllerReference } from '../ownership.ts';
import { templateHashLabel } from './deployment-facts.ts';
import { newSetAnnotations } from './revision.ts';
import { resized, type Rollout } from './rollout.ts';
import { withoutAdditions } from './same-template.ts';

/** What its ReplicaSet is called; a name that is taken by another one counts as a collision. */
export function newSetName({ metadata, spec, status }: Deployment): { name: string; hash: string } {
  const hash = revisionHash(withoutAdditions(spec?.template ?? {}), status?.collisionCount);
  return { name: `${metadata.name}-${hash}`, hash };
}

/** The ReplicaSet of the Deployment's template, without pods yet. Pods of a gated one wait to be told that they are live. */
export function newReplicaSet(
  { deployment, oldSets }: Rollout,
  { isGated }: { readonly isGated: boolean },
): ReplicaSet {
  const { name, hash } = newSetName(deployment);
  const { selector, minReadySeconds } = deployment.spec ?? {};
  const template = labelled(withoutAdditions(deployment.spec?.template ?? {}), hash);
  const set: ReplicaSet = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name,
      namespace: deployment.metadata.namespace ?? '',
      labels: { ...template.metadata?.labels },
      annotations: newSetAnnotations(deployment, {}, oldSets),
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      selector: { ...selector, matchLabels: { ...selector?.matchLabels, [templateHashLabel]: hash } },
      template: isGated ? gated(template) : template,
      // Whoever switches between gated sets has waited for as long himself.
      ...(minReadySeconds && !isGated ? { minReadySeconds } : {}),
    },
  };
  return resized(set, 0, deployment);
}

function labelled(template: PodTemplateSpec, hash: string): PodTemplateSpec {
  // A template's metadata has no name, though the type that it shares with objects asks for one.
  const metadata = template.metadata ?? ({} as NonNullable<PodTemplateSpec['metadata']>);
  return {
    ...template,
    metadata: { ...metadata, labels: { ...metadata.labels, [templateHashLabel]: hash } },
  };
}

function gated(template: PodTemplateSpec): PodTemplateSpec {
  const readinessGates = [...(template.spec?.readinessGates ?? []), { conditionType: liveGate }];
  return { ...template, spec: { ...template.spec, readinessGates } };
}
