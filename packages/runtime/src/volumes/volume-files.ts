import type { DownwardAPIVolumeFile, KeyToPath, Pod, Volume, VolumeProjection } from '@berth/kinds';
import { goQuote } from '@berth/machinery';
import { ConfigError } from '../environment/config-error.ts';
import { downwardField, type PodPlace } from '../environment/downward-fields.ts';
import { type NodeAllocatable, resourceField } from '../environment/resource-field.ts';
import { type InputEntries, type PodInputs, tokenInputKey } from '../pod-runtime.ts';

export interface VolumeFile {
  readonly content: Uint8Array;
  readonly mode: number;
}

export interface VolumeContext {
  readonly pod: Pod;
  readonly inputs: PodInputs;
  readonly place: PodPlace;
  readonly allocatable: NodeAllocatable;
}

const defaultFileMode = 0o644;

/**
 * The files of a volume whose content comes from the API, by path in the volume; undefined for other volumes.
 *
 * @throws ConfigError where something required is not there, in the kubelet's words.
 */
export function volumeFiles(volume: Volume, context: VolumeContext): Map<string, VolumeFile> | undefined {
  const { configMap, secret, downwardAPI, projected } = volume;
  if (configMap !== undefined) {
    return projectionFiles({ configMap }, configMap.defaultMode, context);
  }
  if (secret !== undefined) {
    const { secretName, ...source } = secret;
    return projectionFiles(
      { secret: { ...source, ...(secretName === undefined ? {} : { name: secretName }) } },
      secret.defaultMode,
      context,
    );
  }
  if (downwardAPI !== undefined) return projectionFiles({ downwardAPI }, downwardAPI.defaultMode, context);
  if (projected === undefined) return undefined;
  // Later sources win over earlier ones.
  return new Map(
    (projected.sources ?? []).flatMap((source) => [
      ...projectionFiles(source, projected.defaultMode, context),
    ]),
  );
}

function projectionFiles(
  source: VolumeProjection,
  defaultMode: number | undefined,
  context: VolumeContext,
): Map<string, VolumeFile> {
  const { inputs } = context;
  const mode = defaultMode ?? defaultFileMode;
  if (source.configMap !== undefined) {
    return objectFiles(
      { what: 'configmap', keyWord: 'config', objects: inputs.configMaps, mode },
      source.configMap,
    );
  }
  if (source.secret !== undefined) {
    return objectFiles({ what: 'secret', keyWord: 'secret', objects: inputs.secrets, mode }, source.secret);
  }
  if (source.downwardAPI !== undefined) {
    const items = source.downwardAPI.items ?? [];
    return new Map(items.map((item) => [item.path, downwardFile(item, mode, context)]));
  }
  if (source.serviceAccountToken !== undefined) {
    const { audience, expirationSeconds, path } = source.serviceAccountToken;
    const token = inputs.tokens.get(tokenInputKey(audience, expirationSeconds));
    if (token === undefined) {
      const account = context.pod.spec?.serviceAccountName ?? 'default';
      throw new ConfigError(`failed to fetch token: serviceaccounts ${goQuote(account)} not found`);
    }
    return new Map([[path, { content: encode(token), mode }]]);
  }
  throw new ConfigError(`this runtime does not support a projection of ${Object.keys(source).join(', ')}`);
}

interface ObjectSource {
  readonly what: 'configmap' | 'secret';
  readonly keyWord: 'config' | 'secret';
  readonly objects: ReadonlyMap<string, InputEntries>;
  readonly mode: number;
}

function objectFiles(
  source: ObjectSource,
  reference: { readonly name?: string; readonly optional?: boolean; readonly items?: readonly KeyToPath[] },
): Map<string, VolumeFile> {
  const { name = '', optional = false, items = [] } = reference;
  const entries = source.objects.get(name);
  if (entries === undefined) {
    if (optional) return new Map();
    throw new ConfigError(`${source.what} ${goQuote(name)} not found`);
  }
  if (items.length === 0) {
    return new Map([...entries].map(([key, content]) => [key, { content, mode: source.mode }]));
  }
  const files = new Map<string, VolumeFile>();
  for (const { key, path, mode } of items) {
    const content = entries.get(key);
    if (content !== undefined) files.set(path, { content, mode: mode ?? source.mode });
    else if (!optional) throw new ConfigError(`references non-existent ${source.keyWord} key: ${key}`);
  }
  return files;
}

function downwardFile(
  { fieldRef, resourceFieldRef, mode, path }: DownwardAPIVolumeFile,
  defaultMode: number,
  { pod, place, allocatable }: VolumeContext,
): VolumeFile {
  const fileMode = mode ?? defaultMode;
  if (fieldRef !== undefined) {
    return { content: encode(downwardField(fieldRef.fieldPath, pod, place)), mode: fileMode };
  }
  const container = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])].find(
    ({ name }) => name === resourceFieldRef?.containerName,
  );
  if (resourceFieldRef === undefined || container === undefined) {
    throw new ConfigError(`downward API item ${goQuote(path)} names no field of this pod`);
  }
  return { content: encode(resourceField(resourceFieldRef, container, allocatable)), mode: fileMode };
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
