import { apiAudience, type TokenScope } from '@berth/auth';
import { ExchangeError } from './exchange-error.ts';

export const tokenExchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';
const tokenType = 'urn:ietf:params:oauth:token-type:';
/** Access tokens of Berth are JWTs: who asks for either gets the same. */
export const accessTokenType = `${tokenType}access_token`;
const subjectTypes = [`${tokenType}jwt`, `${tokenType}id_token`, accessTokenType];
const requestedTypes = [accessTokenType, `${tokenType}jwt`];

/** A request to exchange a token, as far as it is understood. */
export interface ExchangeRequest {
  readonly subjectToken: string;
  /** What the token is to be good for at most; undefined: all that its subject may do. */
  readonly scope: TokenScope | undefined;
}

/**
 * Reads the form of a token exchange. https://www.rfc-editor.org/rfc/rfc8693#section-2.1
 *
 * @param clusterIssuer URL of the cluster's own issuer, one of the names that `audience` and `resource` may have
 * @throws ExchangeError
 */
export function readExchangeRequest(form: string, clusterIssuer: string): ExchangeRequest {
  const parameters = new URLSearchParams(form);
  const parameter = (name: string): string | undefined => {
    const values = parameters.getAll(name);
    if (values.length > 1) throw invalid(`${name} is given more than once`);
    return values[0] === '' ? undefined : values[0];
  };
  const grantType = parameter('grant_type');
  if (grantType === undefined) throw invalid('grant_type is missing');
  if (grantType !== tokenExchangeGrant) {
    throw new ExchangeError('unsupported_grant_type', `the only grant_type is ${tokenExchangeGrant}`);
  }
  const subjectToken = parameter('subject_token');
  if (subjectToken === undefined) throw invalid('subject_token is missing');
  requireOneOf('subject_token_type', parameter('subject_token_type') ?? '', subjectTypes);
  requireOneOf('requested_token_type', parameter('requested_token_type') ?? accessTokenType, requestedTypes);
  if (parameter('actor_token') !== undefined) throw invalid('actor_token is not supported');
  // These two may be given several times.
  const targets = [...parameters.getAll('audience'), ...parameters.getAll('resource')];
  if (targets.some((target) => target !== clusterIssuer && target !== apiAudience)) {
    throw new ExchangeError('invalid_target', `tokens are for ${clusterIssuer} alone`);
  }
  return { subjectToken, scope: scopeOf(parameter('scope')) };
}

/** `namespace:<name>` and `verb:<verb>`, separated by spaces: together they are the token's scope. */
function scopeOf(text: string | undefined): TokenScope | undefined {
  const parts = (text ?? '').split(' ').filter((part) => part !== '');
  if (parts.length === 0) return undefined;
  const named = { namespace: new Set<string>(), verb: new Set<string>() };
  for (const part of parts) {
    const [, kind, name] = /^(namespace|verb):([a-z0-9*-]+)$/.exec(part) ?? [];
    if (name === undefined || (kind !== 'namespace' && kind !== 'verb')) {
      throw new ExchangeError('invalid_scope', 'a scope is namespace:<name> or verb:<verb>');
    }
    named[kind].add(name);
  }
  return {
    ...(named.namespace.size > 0 && { namespaces: [...named.namespace] }),
    ...(named.verb.size > 0 && { verbs: [...named.verb] }),
  };
}

function requireOneOf(name: string, value: string, supported: readonly string[]): void {
  if (!supported.includes(value)) throw invalid(`${name} must be one of ${supported.join(', ')}`);
}

function invalid(message: string): ExchangeError {
  return new ExchangeError('invalid_request', message);
}
