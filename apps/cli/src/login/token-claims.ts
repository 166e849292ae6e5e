/** What a token says of itself. Nothing here is verified: the server does that. */
export interface TokenClaims {
  readonly subject: string | undefined;
  /** The cluster that issued it, if it is one of Berth's. */
  readonly clusterId: string | undefined;
  readonly expiresAt: Date | undefined;
}

/** @returns undefined for what is no JWT. */
export function readTokenClaims(token: string): TokenClaims | undefined {
  const [, payload] = token.split('.');
  if (payload === undefined) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
    if (typeof claims !== 'object' || claims === null) return undefined;
    const { iss, sub, exp }: { iss?: unknown; sub?: unknown; exp?: unknown } = claims;
    return {
      subject: typeof sub === 'string' ? sub : undefined,
      clusterId: typeof iss === 'string' ? /\/clusters\/([^/]+)$/.exec(iss)?.[1] : undefined,
      expiresAt: typeof exp === 'number' ? new Date(exp * 1000) : undefined,
    };
  } catch {
    return undefined;
  }
}
