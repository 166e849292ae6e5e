import type { Container, EnvFromSource, EnvVarSource, Pod } from '@berth/kinds';
import { goQuote } from '@berth/machinery';
import type { InputEntries, PodInputs } from '../pod-runtime.ts';
import { ConfigError } from './config-error.ts';
import { downwardField, type PodPlace } from './downward-fields.ts';
import { expandReferences } from './expand.ts';
import { type NodeAllocatable, resourceField } from './resource-field.ts';

export interface EnvironmentContext {
  readonly pod: Pod;
  readonly inputs: PodInputs;
  readonly place: PodPlace;
  readonly allocatable: NodeAllocatable;
  /** Variables of the services that every container sees (`KUBERNETES_SERVICE_HOST`, …). */
  readonly services: Readonly<Record<string, string>>;
}

/**
 * The environment that a pod gives a container, in the kubelet's order: `envFrom`, then `env`, then the services that
 * neither set. `$(NAME)` in `env` sees earlier entries of `env` and the services.
 *
 * @throws ConfigError for a required ConfigMap, Secret or key that is not there.
 */
export function containerEnvironment(container: Container, context: EnvironmentContext): Map<string, string> {
  const { services } = context;
  const own = new Map<string, string>();
  const fromSources = (container.envFrom ?? []).flatMap((source) => sourceEntries(source, context));
  for (const { name, value, valueFrom } of container.env ?? []) {
    const resolved =
      valueFrom === undefined || (value !== undefined && value !== '')
        ? expandReferences(value ?? '', (reference) => own.get(reference) ?? services[reference])
        : referencedValue(valueFrom, container, context);
    if (resolved !== undefined) own.set(name, resolved);
  }
  return new Map([...Object.entries(services), ...fromSources, ...own]);
}

function sourceEntries(source: EnvFromSource, { inputs }: EnvironmentContext): Array<[string, string]> {
  const { configMapRef, secretRef, prefix = '' } = source;
  const entries =
    configMapRef === undefined
      ? objectEntries('secret', inputs.secrets, secretRef)
      : objectEntries('configmap', inputs.configMaps, configMapRef);
  return [...(entries ?? [])]
    .map(([key, value]): [string, string] => [`${prefix}${key}`, text(value)])
    .filter(([name]) => !name.includes('=') && !name.includes('\0'));
}

function referencedValue(
  source: EnvVarSource,
  container: Container,
  context: EnvironmentContext,
): string | undefined {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = source;
  const { pod, inputs, place, allocatable } = context;
  const namespace = pod.metadata.namespace ?? '';
  if (fieldRef !== undefined) return downwardField(fieldRef.fieldPath, pod, place);
  if (resourceFieldRef !== undefined) {
    return resourceField(
      resourceFieldRef,
      namedContainer(resourceFieldRef.containerName, container, pod),
      allocatable,
    );
  }
  if (configMapKeyRef !== undefined) {
    const entries = objectEntries('configmap', inputs.configMaps, configMapKeyRef);
    return keyValue(entries, configMapKeyRef, `ConfigMap ${namespace}/${configMapKeyRef.name}`);
  }
  if (secretKeyRef !== undefined) {
    const entries = objectEntries('secret', inputs.secrets, secretKeyRef);
    return keyValue(entries, secretKeyRef, `Secret ${namespace}/${secretKeyRef.name}`);
  }
  throw new ConfigError('this runtime does not read environment variables from files (fileKeyRef)');
}

function namedContainer(name: string | undefined, container: Container, pod: Pod): Container {
  if (name === undefined || name === '') return container;
  const named = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])].find(
    (candidate) => candidate.name === name,
  );
  if (named === undefined) throw new ConfigError(`container ${name} not found`);
  return named;
}

function objectEntries(
  what: 'configmap' | 'secret',
  objects: ReadonlyMap<string, InputEntries>,
  reference: { readonly name?: string; readonly optional?: boolean } | undefined,
): InputEntries | undefined {
  const name = reference?.name ?? '';
  const entries = objects.get(name);
  if (entries === undefined && reference?.optional !== true) {
    throw new ConfigError(`${what} ${goQuote(name)} not found`);
  }
  return entries;
}

function keyValue(
  entries: InputEntries | undefined,
  { key, optional }: { readonly key: string; readonly optional?: boolean },
  where: string,
): string | undefined {
  const value = entries?.get(key);
  if (value !== undefined) return text(value);
  if (optional === true) return undefined;
  throw new ConfigError(`couldn't find key ${key} in ${where}`);
}

function text(value: Uint8Array): string {
  return new TextDecoder().decode(value);
}
