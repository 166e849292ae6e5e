import type { ObjectMeta } from '@berth/machinery';

/** While it is `true`, or absent, an object of the default policy gets back what is taken from it. */
export const autoupdateAnnotation = 'rbac.authorization.kubernetes.io/autoupdate';

/** Metadata of an object of the default policy, as upstream marks them. */
export function defaultMetadata(name: string, labels: Readonly<Record<string, string>> = {}): ObjectMeta {
  return {
    name,
    labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...labels },
    annotations: { [autoupdateAnnotation]: 'true' },
  };
}
