import type { Container, Pod, VolumeProjection } from '../generated/api-types.ts';

/** A ServiceAccount token that a projected volume asks for. */
export interface TokenReference {
  readonly audience: string | undefined;
  readonly expirationSeconds: number | undefined;
}

/** The objects that a pod's environment and volumes refer to, in its namespace. */
export interface PodReferences {
  readonly configMaps: ReadonlySet<string>;
  readonly secrets: ReadonlySet<string>;
  /** With which its images are pulled. */
  readonly pullSecrets: ReadonlySet<string>;
  readonly tokens: readonly TokenReference[];
  /** Claims of persistent volumes, those that are made for the pod among them. */
  readonly claims: ReadonlySet<string>;
}

type NamedPodSpec = Pick<Pod, 'spec'> & { readonly metadata?: { readonly name: string } };

/** Pure. Volumes that no runtime mounts (of storage drivers) have no references. */
export function podReferences({ spec, metadata }: NamedPodSpec): PodReferences {
  const configMaps = new Set<string | undefined>();
  const secrets = new Set<string | undefined>();
  const claims = new Set<string | undefined>();
  const tokens: TokenReference[] = [];
  const project = (source: VolumeProjection) => {
    configMaps.add(source.configMap?.name);
    secrets.add(source.secret?.name);
    const { serviceAccountToken } = source;
    if (serviceAccountToken !== undefined) {
      const { audience, expirationSeconds } = serviceAccountToken;
      tokens.push({ audience, expirationSeconds });
    }
  };
  const { initContainers = [], containers = [], ephemeralContainers = [] } = spec ?? {};
  // Ephemeral containers have the environment of others.
  const all = [
    ...initContainers,
    ...containers,
    ...(ephemeralContainers as readonly object[] as readonly Container[]),
  ];
  for (const { env, envFrom } of all) {
    for (const { configMapRef, secretRef } of envFrom ?? []) {
      configMaps.add(configMapRef?.name);
      secrets.add(secretRef?.name);
    }
    for (const { valueFrom } of env ?? []) {
      configMaps.add(valueFrom?.configMapKeyRef?.name);
      secrets.add(valueFrom?.secretKeyRef?.name);
    }
  }
  for (const { name, configMap, secret, projected, persistentVolumeClaim, ephemeral } of spec?.volumes ??
    []) {
    claims.add(persistentVolumeClaim?.claimName);
    if (ephemeral && metadata) claims.add(`${metadata.name}-${name}`);
    configMaps.add(configMap?.name);
    secrets.add(secret?.secretName);
    for (const source of projected?.sources ?? []) project(source);
  }
  const pullSecrets = new Set((spec?.imagePullSecrets ?? []).map(({ name }) => name));
  return {
    configMaps: named(configMaps),
    secrets: named(secrets),
    pullSecrets: named(pullSecrets),
    tokens,
    claims: named(claims),
  };
}

function named(names: ReadonlySet<string | undefined>): Set<string> {
  return new Set([...names].filter((name) => name !== undefined && name !== '')) as Set<string>;
}
