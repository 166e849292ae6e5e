import { apiRequest, statusMessage } from '../api-request.ts';
import { CliError } from '../cli-error.ts';
import type { Context } from '../contexts/context.ts';
import { exitCodes } from '../exit-codes.ts';

/**
 * Gives the server an issuer's ID token for one of its own. https://www.rfc-editor.org/rfc/rfc8693
 *
 * @throws CliError LOGIN_REFUSED
 */
export async function exchangeToken(
  { server, certificateAuthority }: Pick<Context, 'server' | 'certificateAuthority'>,
  idToken: string,
): Promise<string> {
  const answer = await apiRequest(
    { clusterUrl: `${server}/clusters/system`, caPem: certificateAuthority },
    {
      method: 'POST',
      path: '/oauth/token',
      contentType: 'application/x-www-form-urlencoded',
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: idToken,
        subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
        requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      }).toString(),
    },
  );
  const { body } = answer;
  if (answer.status === 200 && isRecord(body) && typeof body['access_token'] === 'string')
    return body['access_token'];
  const why =
    isRecord(body) && typeof body['error'] === 'string'
      ? `${body['error']}: ${typeof body['error_description'] === 'string' ? body['error_description'] : ''}`
      : statusMessage(answer);
  throw new CliError('LOGIN_REFUSED', `${server} does not let you in: ${why}`, {
    exitCode: exitCodes.unauthenticated,
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
