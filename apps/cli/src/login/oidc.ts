import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import * as oidc from 'openid-client';
import { CliError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';

/** An OIDC issuer, and as which of its clients this program asks. */
export interface OidcClient {
  readonly issuer: string;
  readonly clientId: string;
  /** PEM of authorities that are trusted besides those of this machine. */
  readonly authorities: readonly string[];
}

export interface OidcTokens {
  readonly idToken: string;
  readonly refreshToken: string | undefined;
}

/** What a person has to do elsewhere. */
export interface DevicePrompt {
  readonly url: string;
  /** The URL with the code in it, if the issuer has one. */
  readonly completeUrl: string | undefined;
  readonly code: string;
  readonly expiresInSeconds: number;
}

/**
 * Logs in on another device. https://www.rfc-editor.org/rfc/rfc8628
 *
 * @param show is told what to do; then this waits for it to be done
 * @throws CliError ISSUER_REFUSED, ISSUER_UNREACHABLE
 */
export async function deviceLogin(
  client: OidcClient & { readonly scopes: readonly string[] },
  show: (prompt: DevicePrompt) => void,
): Promise<OidcTokens> {
  return translated(client, async () => {
    const configuration = await configurationOf(client);
    const scope = [...new Set(['openid', ...client.scopes])].join(' ');
    const device = await oidc.initiateDeviceAuthorization(configuration, { scope });
    show({
      url: device.verification_uri,
      completeUrl: device.verification_uri_complete,
      code: device.user_code,
      expiresInSeconds: device.expires_in,
    });
    return tokensOf(await oidc.pollDeviceAuthorizationGrant(configuration, device));
  });
}

/** @throws CliError ISSUER_REFUSED, ISSUER_UNREACHABLE */
export async function refreshTokens(
  client: OidcClient & { readonly refreshToken: string },
): Promise<OidcTokens> {
  return translated(client, async () =>
    tokensOf(await oidc.refreshTokenGrant(await configurationOf(client), client.refreshToken)),
  );
}

async function configurationOf({ issuer, clientId, authorities }: OidcClient) {
  // The library asks by the built-in fetch, which takes no authority of its own.
  if (authorities.length > 0) setDefaultCACertificates([...getCACertificates('default'), ...authorities]);
  return oidc.discovery(new URL(issuer), clientId, undefined, oidc.None());
}

function tokensOf(answer: oidc.TokenEndpointResponse): OidcTokens {
  if (answer.id_token === undefined)
    throw new CliError('ISSUER_REFUSED', 'the issuer gave no ID token', {
      exitCode: exitCodes.unauthenticated,
    });
  return { idToken: answer.id_token, refreshToken: answer.refresh_token };
}

async function translated<T>({ issuer }: OidcClient, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    if (cause instanceof oidc.ResponseBodyError) {
      const why = cause.error_description ?? cause.error;
      throw new CliError('ISSUER_REFUSED', `${issuer} refuses: ${why}`, {
        cause,
        exitCode: exitCodes.unauthenticated,
      });
    }
    throw new CliError('ISSUER_UNREACHABLE', `${issuer} cannot be used: ${innermost(cause)}`, {
      cause,
      exitCode: exitCodes.unreachable,
    });
  }
}

/** The message that says most: libraries wrap what happened. */
function innermost(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? innermost(error.cause) : error.message;
}
