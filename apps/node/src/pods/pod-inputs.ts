import {
  type ConfigMap,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type Pod,
  type PodReferences,
  podReferences,
  type Secret,
  type TokenReference,
} from '@berth/kinds';
import { type InputEntries, type PodInputs, tokenInputKey } from '@berth/runtime';
import type { ApiClient } from '../api/api-client.ts';
import { ApiError } from '../api/api-error.ts';
import { corePath, namespacedPath } from '../api/paths.ts';
import type { PodInput } from './follow-inputs.ts';

interface IssuedToken {
  readonly token: string;
  readonly renewAtMs: number;
}

interface TokenRequestAnswer {
  readonly status?: { readonly token: string; readonly expirationTimestamp: string };
}

/** Tokens are renewed after this share of their life, as the kubelet does. */
const renewAfterShare = 0.8;

/** Fetches what one pod refers to, from the pod's own cluster. */
export class PodInputsSource {
  readonly references: PodReferences;
  readonly #api: ApiClient;
  readonly #clusterId: string;
  readonly #pod: Pod;
  readonly #tokens = new Map<string, IssuedToken>();

  constructor(api: ApiClient, clusterId: string, pod: Pod) {
    this.#api = api;
    this.#clusterId = clusterId;
    this.#pod = pod;
    this.references = podReferences(pod);
  }

  get isEmpty(): boolean {
    const { configMaps, secrets, tokens, claims } = this.references;
    return configMaps.size === 0 && secrets.size === 0 && tokens.length === 0 && claims.size === 0;
  }

  refersTo({ resource, name }: Pick<PodInput, 'resource' | 'name'>): boolean {
    const { configMaps, secrets, claims } = this.references;
    const named = { configmaps: configMaps, secrets, persistentvolumeclaims: claims };
    return Object.entries(named).some(([one, names]) => one === resource && names.has(name));
  }

  /** An object that does not exist, or that the node may not read, is left out. @throws ApiError */
  async fetch(now: Date): Promise<PodInputs> {
    const { configMaps, secrets, tokens, claims } = this.references;
    const configMap = (name: string) => this.#api.get<ConfigMap>(this.#path('configmaps', name));
    const secret = (name: string) => this.#api.get<Secret>(this.#path('secrets', name));
    const [configMapEntries, secretEntries, volumes, issued] = await Promise.all([
      eachFound(configMaps, async (name) => configMapEntriesOf(await configMap(name))),
      eachFound(secrets, async (name) => secretEntriesOf(await secret(name))),
      eachFound(claims, (name) => this.#volumeOf(name)),
      Promise.all(tokens.map((reference) => this.#token(reference, now))),
    ]);
    return {
      configMaps: configMapEntries,
      secrets: secretEntries,
      tokens: new Map(issued.flatMap((entry) => (entry === undefined ? [] : [entry]))),
      claims: volumes,
    };
  }

  /** The volume that a claim of the pod is bound to, once both say so. */
  async #volumeOf(claimName: string): Promise<PersistentVolume | undefined> {
    const claim = await this.#api.get<PersistentVolumeClaim>(this.#path('persistentvolumeclaims', claimName));
    const { volumeName = '' } = claim.spec ?? {};
    if (claim.status?.phase !== 'Bound' || volumeName === '') return undefined;
    const volume = await this.#api.get<PersistentVolume>(
      corePath(this.#clusterId, 'persistentvolumes', volumeName),
    );
    return volume.spec?.claimRef?.uid === claim.metadata.uid ? volume : undefined;
  }

  async #token(reference: TokenReference, now: Date): Promise<[string, string] | undefined> {
    const { audience, expirationSeconds = 3600 } = reference;
    const key = tokenInputKey(audience, reference.expirationSeconds);
    const current = this.#tokens.get(key);
    if (current !== undefined && current.renewAtMs > now.getTime()) return [key, current.token];
    const { name, uid } = this.#pod.metadata;
    const account = this.#pod.spec?.serviceAccountName ?? 'default';
    const answer = await readable(
      this.#api.post<TokenRequestAnswer>(this.#path('serviceaccounts', account, 'token'), {
        body: {
          apiVersion: 'authentication.k8s.io/v1',
          kind: 'TokenRequest',
          spec: {
            audiences: audience === undefined || audience === '' ? [] : [audience],
            expirationSeconds,
            boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
          },
        },
      }),
    );
    if (answer?.status === undefined) return undefined;
    const { token, expirationTimestamp } = answer.status;
    const lifeMs = new Date(expirationTimestamp).getTime() - now.getTime();
    this.#tokens.set(key, { token, renewAtMs: now.getTime() + lifeMs * renewAfterShare });
    return [key, token];
  }

  #path(...parts: readonly string[]): string {
    return namespacedPath(this.#clusterId, this.#pod.metadata.namespace ?? '', ...parts);
  }
}

async function eachFound<T>(
  names: ReadonlySet<string>,
  fetchOne: (name: string) => Promise<T | undefined>,
): Promise<Map<string, T>> {
  const found = await Promise.all(
    [...names].map(async (name) => [name, await readable(fetchOne(name))] as const),
  );
  return new Map(found.flatMap(([name, one]) => (one === undefined ? [] : [[name, one]])));
}

async function readable<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && (error.status === 404 || error.status === 403)) return undefined;
    throw error;
  }
}

function configMapEntriesOf({ data, binaryData }: ConfigMap): InputEntries {
  return new Map([
    ...Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value)] as const),
    ...Object.entries(binaryData ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64')] as const),
  ]);
}

function secretEntriesOf({ data }: Secret): InputEntries {
  return new Map(Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64')]));
}
