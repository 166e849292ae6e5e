import type { Pod, VolumeProjection } from '@berth/kinds';

/** A ServiceAccount token that a projected volume asks for. */
export interface TokenReference {
  readonly audience: string | undefined;
  readonly expirationSeconds: number | undefined;
}

/** The objects that a pod's environment and volumes refer to. */
export interface InputReferences {
  readonly configMaps: ReadonlySet<string>;
  readonly secrets: ReadonlySet<string>;
  readonly tokens: readonly TokenReference[];
}

export function inputReferences({ spec }: Pod): InputReferences {
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
  for (const { env, envFrom } of [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])]) {
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
  return { configMaps: named(configMaps), secrets: named(secrets), tokens };
}

function named(names: ReadonlySet<string | undefined>): Set<string> {
  return new Set([...names].filter((name) => name !== undefined && name !== '')) as Set<string>;
}
