import { CliError } from '../cli-error.ts';
import type { Context, Credential } from '../contexts/context.ts';
import { exitCodes } from '../exit-codes.ts';
import { exchangeToken } from './exchange-token.ts';
import { refreshTokens } from './oidc.ts';

/** A login with new tokens. @throws CliError LOGIN_EXPIRED */
export async function renewCredential(context: Context, credential: Credential): Promise<Credential> {
  if (credential.type === 'token') return credential;
  const { issuer, clientId, refreshToken } = credential;
  const expired = (cause?: unknown) =>
    new CliError('LOGIN_EXPIRED', `your login has ended. Log in again: berth login ${context.server}`, {
      cause,
      exitCode: exitCodes.unauthenticated,
    });
  if (refreshToken === undefined) throw expired();
  const tokens = await refreshTokens({
    issuer,
    clientId,
    certificateAuthority: context.certificateAuthority,
    refreshToken,
  }).catch((error: unknown) => {
    // What cannot be reached now may be later: only a refusal ends a login.
    throw error instanceof CliError && error.code === 'ISSUER_REFUSED' ? expired(error) : error;
  });
  const token = await exchangeToken(context, tokens.idToken);
  return { ...credential, token, refreshToken: tokens.refreshToken ?? refreshToken };
}
