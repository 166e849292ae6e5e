import type { Access } from '../access/access.ts';
import { type ApiAnswer, statusMessage } from '../api-request.ts';
import { CliError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';

/** Codes of {@link CliError}, and what the process ends with, by HTTP status. */
const meanings: Readonly<Record<number, readonly [string, number]>> = {
  400: ['API_REFUSED', exitCodes.usage],
  401: ['LOGIN_EXPIRED', exitCodes.unauthenticated],
  403: ['FORBIDDEN', exitCodes.forbidden],
  404: ['NOT_FOUND', exitCodes.notFound],
  409: ['CONFLICT', exitCodes.conflict],
  422: ['API_REFUSED', exitCodes.usage],
};

/** What the terminal says of an answer that is none of those hoped for. */
export function refusal(answer: ApiAnswer, access: Pick<Access, 'serverUrl' | 'origin'>): CliError {
  const [code, exitCode] = meanings[answer.status] ?? ['API_REFUSED', exitCodes.failed];
  const message = statusMessage(answer);
  return new CliError(code, answer.status === 401 ? unauthenticated(message, access) : message, { exitCode });
}

function unauthenticated(
  message: string,
  { origin, serverUrl }: Pick<Access, 'serverUrl' | 'origin'>,
): string {
  if (origin.type === 'login') return `${serverUrl} does not accept this token (${message})`;
  const refused = `${serverUrl} does not accept the login (${message})`;
  if (origin.type === 'context') return `${refused}. Log in again: berth login ${serverUrl}`;
  if (origin.type === 'environment') return `${refused}. Set another BERTH_TOKEN.`;
  return `${refused}. Is what runs there the instance of ${origin.path}?`;
}
