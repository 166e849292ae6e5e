import type { JSONWebKeySet, JWK } from 'jose';
import type { AllowedNetwork } from './address-guard.ts';
import { type FetchedJson, guardedFetch, type Resolve } from './guarded-fetch.ts';
import { IssuerError } from './issuer-error.ts';
import { isRecord } from '../is-record.ts';

/** Where an issuer is, and whom to trust there. */
export interface IssuerAddress {
  /** The URL that tokens name as `iss`. */
  readonly issuer: string;
  readonly certificateAuthority?: string;
}

export interface IssuerFetchOptions {
  readonly allowed: readonly AllowedNetwork[];
  readonly resolve?: Resolve;
  /** For both documents together. Default 3 s. */
  readonly timeoutMs?: number;
}

export interface FetchedKeys {
  readonly jwks: JSONWebKeySet;
  readonly maxAgeSeconds: number | undefined;
}

const defaultTimeoutMs = 3_000;
const maxKeys = 100;
/** Keys with which others than the issuer could sign, or nobody, are none. */
const publicKeyTypes: readonly unknown[] = ['RSA', 'EC', 'OKP'];

/**
 * Fetches an issuer's keys, by way of its discovery document. That one comes from the issuer's own URL; the keys may be
 * anywhere it says, as many issuers keep them on another host.
 * https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig
 *
 * @throws IssuerError
 */
export async function fetchIssuerKeys(
  { issuer, certificateAuthority }: IssuerAddress,
  { allowed, resolve, timeoutMs = defaultTimeoutMs }: IssuerFetchOptions,
): Promise<FetchedKeys> {
  const guard = {
    allowed,
    signal: AbortSignal.timeout(timeoutMs),
    ...(resolve !== undefined && { resolve }),
    ...(certificateAuthority !== undefined && { certificateAuthority }),
  };
  const discovery = await guardedFetch(
    new URL(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`),
    guard,
  );
  const keys = await guardedFetch(keysUrlOf(discovery, issuer), guard);
  return { jwks: { keys: verificationKeysOf(keys) }, maxAgeSeconds: keys.maxAgeSeconds };
}

function keysUrlOf({ json }: FetchedJson, issuer: string): URL {
  if (!isRecord(json)) throw new IssuerError('BadDiscovery', 'the discovery document is no JSON object');
  if (json['issuer'] !== issuer) {
    throw new IssuerError(
      'BadDiscovery',
      'the discovery document is of another issuer than the one asked for',
    );
  }
  const { jwks_uri: uri } = json;
  const url = typeof uri === 'string' ? URL.parse(uri) : null;
  if (url === null) throw new IssuerError('BadDiscovery', 'the discovery document names no jwks_uri');
  const isSecure = url.protocol === 'https:' || url.origin === new URL(issuer).origin;
  if (!isSecure || url.username !== '' || url.password !== '') {
    throw new IssuerError('BadDiscovery', 'the jwks_uri must be an https URL without a username or password');
  }
  return url;
}

function verificationKeysOf({ json }: FetchedJson): JWK[] {
  const keys: unknown = isRecord(json) ? json['keys'] : undefined;
  if (!Array.isArray(keys)) throw new IssuerError('BadKeys', 'the key set has no keys');
  if (keys.length > maxKeys) throw new IssuerError('BadKeys', `the key set has more than ${maxKeys} keys`);
  const usable = keys.filter(isVerificationKey);
  if (usable.length === 0)
    throw new IssuerError('BadKeys', 'the key set has no key that verifies signatures');
  return usable;
}

function isVerificationKey(key: unknown): key is JWK {
  return isRecord(key) && publicKeyTypes.includes(key['kty']) && key['use'] !== 'enc' && !('d' in key);
}
