import type { FieldPath } from '@berth/machinery';
import type { Container, PodSpec } from '../generated/api-types.ts';

/** An ephemeral container as JSON has it: all fields of a container and the target's name, side by side. */
export interface EphemeralContainerJson extends Container {
  targetContainerName?: string;
}

export interface PlacedContainer {
  readonly container: Container;
  readonly at: FieldPath;
}

export function ephemeralContainersOf(spec: PodSpec): readonly EphemeralContainerJson[] {
  // The schema table nests the common fields in a message of their own, JSON does not.
  return (spec.ephemeralContainers ?? []) as unknown as readonly EphemeralContainerJson[];
}

/** Every container of a pod with its place: init, regular, ephemeral. */
export function containersOf(spec: PodSpec, at: FieldPath): readonly PlacedContainer[] {
  const place = (containers: readonly Container[], list: string) =>
    containers.map((container, index) => ({ container, at: at.child(list).index(index) }));
  return [
    ...place(spec.initContainers ?? [], 'initContainers'),
    ...place(spec.containers ?? [], 'containers'),
    ...place(ephemeralContainersOf(spec), 'ephemeralContainers'),
  ];
}

/** An init container that runs beside the regular ones: a sidecar. */
export function isSidecar(container: Container | undefined): boolean {
  return container?.restartPolicy === 'Always';
}
