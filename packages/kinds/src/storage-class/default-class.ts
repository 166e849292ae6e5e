import type { KubeObject } from '@berth/machinery';
import type { StorageClass } from '../generated/api-types.ts';
import { localStorageClass } from './local-class.ts';

const defaultAnnotations = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
];

/** Whether claims that name no class get this one. */
export function isDefaultClass({ metadata }: KubeObject): boolean {
  return defaultAnnotations.some((name) => metadata.annotations?.[name] === 'true');
}

/** The newest of the default classes, of equally old ones the first by name; nothing if there is none. */
export function defaultClassOf(classes: readonly KubeObject[]): StorageClass | undefined {
  const [first] = classes.filter(isDefaultClass).sort((a, b) => {
    const older = createdAt(a) - createdAt(b);
    return older === 0 ? (a.metadata.name < b.metadata.name ? -1 : 1) : -older;
  });
  return first as StorageClass | undefined;
}

/** The class that every cluster has is the oldest one, however late it was looked at. */
function createdAt({ metadata }: KubeObject): number {
  if (metadata.name === localStorageClass.metadata.name) return 0;
  return metadata.creationTimestamp ? Date.parse(metadata.creationTimestamp) : 0;
}
