import type { Namespace } from '@berth/kinds';
import type { KubeObject } from '@berth/machinery';
import { defaultServiceAccount, rootCaConfigMap } from './default-objects.ts';

/** The namespaces that every cluster begins with. */
export const initialNamespaces: readonly string[] = [
  'default',
  'kube-node-lease',
  'kube-public',
  'kube-system',
];

/**
 * The objects that a new cluster begins with, as a client would create them (they still have to pass the lifecycle), in
 * the order in which they are created.
 *
 * @param options.clusterCa PEM of the CA that signs the API server's certificate.
 */
export function clusterSeed({ clusterCa }: { readonly clusterCa: string }): readonly KubeObject[] {
  return [
    ...initialNamespaces.map(
      (name): Namespace => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }),
    ),
    ...initialNamespaces.flatMap((name) => [defaultServiceAccount(name), rootCaConfigMap(name, clusterCa)]),
  ];
}
