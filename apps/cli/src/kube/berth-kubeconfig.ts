/** How kubectl gets its token: by running this program, or from the file itself. */
export type KubeconfigUser =
  | { readonly token: string }
  | {
      readonly exec: {
        readonly apiVersion: 'client.authentication.k8s.io/v1';
        readonly command: string;
        readonly args: readonly string[];
        readonly interactiveMode: 'Never';
        readonly provideClusterInfo: false;
        readonly installHint: string;
        readonly env: null;
      };
    };

/** What one cluster has in a kubeconfig. Cluster, context and user have one name. */
export interface KubeconfigEntry {
  readonly name: string;
  /** URL of the cluster's API. */
  readonly server: string;
  /** PEM; absent where machines trust the server anyway. */
  readonly caPem: string | undefined;
  readonly namespace: string;
  readonly user: KubeconfigUser;
}

/** `berth_<tenant>_<cluster>`, or without a tenant where it is not known. */
export function contextNameOf(tenant: string | undefined, cluster: string): string {
  return ['berth', ...(tenant === undefined ? [] : [tenant]), cluster].join('_');
}

/** The three members of an entry, under the names of the lists that they are in. */
export function kubeconfigMembers({ name, server, caPem, namespace, user }: KubeconfigEntry) {
  const authority =
    caPem === undefined ? {} : { 'certificate-authority-data': Buffer.from(caPem).toString('base64') };
  return {
    clusters: { name, cluster: { server, ...authority } },
    contexts: { name, context: { cluster: name, namespace, user: name } },
    users: { name, user },
  };
}
