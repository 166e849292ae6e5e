import { CliError } from '../cli-error.ts';
import type { Context, Credential } from '../contexts/context.ts';
import { exitCodes } from '../exit-codes.ts';
import { exchangeToken } from './exchange-token.ts';
import { authoritiesOf } from './authorities-of.ts';

/** A login with new tokens. @throws CliError LOGIN_EXPIRED */
export async function renewCredential(context: Context, credential: Credential): Promise<Credential> {
  if (credential.type === 'token') return credential;
  const { issuer, clientId, refreshToken, issuerAuthority } = credential;
  const expired = (cause?: unknown) =>
    new CliError('LOGIN_EXPIRED', `your login has ended. Log in again: berth login ${context.server}`, {
      cause,
      exitCode: exitCodes.unauthenticated,
    });
  if (refreshToken === undefined) throw expired();
  // Few commands need it, and it takes its time to load.
  const { refreshTokens } = await import('./oidc.ts');
  const tokens = await refreshTokens({
    issuer,
    clientId,
    authorities: authoritiesOf(context.certificateAuthority, issuerAuthority),
    refreshToken,
  }).catch((error: unknown) => {
    // What cannot be reached now may be later: only a refusal ends a login.
    throw error instanceof CliError && error.code === 'ISSUER_REFUSED' ? expired(error) : error;
  });
  const token = await exchangeToken(context, tokens.idToken);
  return { ...credential, token, refreshToken: tokens.refreshToken ?? refreshToken };
}
