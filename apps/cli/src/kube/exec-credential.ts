import { readTokenClaims } from '../login/token-claims.ts';

/** Renewed by kubectl's next call after this, long before the token itself ends. */
const earlyMs = 30_000;

/**
 * What kubectl reads from an exec plugin. https://kubernetes.io/docs/reference/config-api/client-authentication.v1/
 *
 * @returns JSON
 */
export function execCredential(token: string): string {
  const expiresAt = readTokenClaims(token)?.expiresAt;
  return JSON.stringify({
    apiVersion: 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    status: {
      ...(expiresAt !== undefined && {
        expirationTimestamp: new Date(expiresAt.getTime() - earlyMs).toISOString(),
      }),
      token,
    },
  });
}
