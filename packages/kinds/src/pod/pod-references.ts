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
}

/** Pure. Volumes that no runtime mounts (of storage drivers) have no references. */
export function podReferences({ spec }: Pick<Pod, 'spec'>): PodReferences {
  const configMaps = new Set<string | undefined>();
  const secrets = new Set<string | undefined>();
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
  for (const { configMap, secret, projected } of spec?.volumes ?? []) {
    configMaps.add(configMap?.name);
    secrets.add(secret?.secretName);
    for (const source of projected?.sources ?? []) project(source);
  }
  const pullSecrets = new Set((spec?.imagePullSecrets ?? []).map(({ name }) => name));
  return { configMaps: named(configMaps), secrets: named(secrets), pullSecrets: named(pullSecrets), tokens };
}

function named(names: ReadonlySet<string | undefined>): Set<string> {
  return new Set([...names].filter((name) => name !== undefined && name !== '')) as Set<string>;
}
