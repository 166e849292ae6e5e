import { stringify } from 'yaml';

export interface KubeconfigOptions {
  readonly clusterId: string;
  readonly serverUrl: string;
  readonly caPem: string;
  readonly username: string;
  readonly token: string;
}

/** A kubeconfig with one context. https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/ */
export function renderKubeconfig(options: KubeconfigOptions): string {
  const name = `berth-${options.clusterId}`;
  const user = `${options.username}@${name}`;
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    contexts: [{ name, context: { cluster: name, user, namespace: 'default' } }],
    clusters: [
      {
        name,
        cluster: {
          server: `${options.serverUrl}/clusters/${options.clusterId}`,
          'certificate-authority-data': Buffer.from(options.caPem).toString('base64'),
        },
      },
    ],
    users: [{ name: user, user: { token: options.token } }],
  });
}
