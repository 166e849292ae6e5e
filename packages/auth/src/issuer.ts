/** The OIDC issuer URL of a cluster's tokens. `externalUrl` is how clients reach the API server, without a path. */
export function issuerOf(externalUrl: string, clusterId: string): string {
  return `${externalUrl.replace(/\/$/, '')}/clusters/${clusterId}`;
}
