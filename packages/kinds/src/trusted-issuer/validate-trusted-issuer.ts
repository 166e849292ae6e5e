import { X509Certificate } from 'node:crypto';
import {
  byteLength,
  checkDns1123Label,
  duplicate,
  type FieldError,
  type FieldPath,
  invalid,
  path,
  required,
  tooLong,
  tooMany,
} from '@berth/machinery';
import type { ClaimValidationRule, TrustedIssuerSpec } from './trusted-issuer-spec.ts';
import { checkExpression, emailIsVerified, validateClaimRule } from './validate-claim-rule.ts';

/** More than anybody needs; what a token costs to judge is bounded by it. */
const most = { audiences: 32, clusters: 1_024, rules: 64, scopes: 16 } as const;
const maxCertificateBytes = 65_536;
const maxPrefixBytes = 128;
const maxSkewSeconds = 300;
const maxAgeSeconds = 30 * 86_400;
/** Names that only Berth itself gives. */
const reservedPrefixes = ['system:', 'berth:'];

/** What is wrong with a TrustedIssuer. The messages of what Kubernetes has, too, are Kubernetes'. */
export function validateTrustedIssuer(spec: TrustedIssuerSpec): readonly FieldError[] {
  const at = path('spec');
  return [
    ...validateUrl(spec.issuer, at.child('issuer')),
    ...validateAudiences(spec.audiences ?? [], at.child('audiences')),
    ...validateClusters(spec.clusters ?? [], at.child('clusters')),
    ...validateCertificates(spec.certificateAuthority ?? '', at.child('certificateAuthority')),
    ...validateClaims(spec, at),
    ...validatePrefix(spec.usernamePrefix, at.child('usernamePrefix')),
    ...validatePrefix(spec.groupPrefix, at.child('groupPrefix')),
    ...validateSeconds(spec.clockSkewSeconds, {
      at: at.child('clockSkewSeconds'),
      least: 0,
      most: maxSkewSeconds,
    }),
    ...validateSeconds(spec.maxTokenAgeSeconds, {
      at: at.child('maxTokenAgeSeconds'),
      least: 1,
      most: maxAgeSeconds,
    }),
    ...validateDeviceFlow(spec.deviceFlow, at.child('deviceFlow')),
  ];
}

function validateUrl(issuer: string, at: FieldPath): FieldError[] {
  if (issuer === '') return [required(at, 'URL is required')];
  const url = URL.parse(issuer);
  if (url === null) return [invalid(at, issuer, 'must be a URL')];
  const errors: FieldError[] = [];
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    errors.push(invalid(at, issuer, 'URL scheme must be https'));
  }
  if (url.username !== '' || url.password !== '') {
    errors.push(invalid(at, issuer, 'URL must not contain a username or password'));
  }
  if (issuer.includes('?')) errors.push(invalid(at, issuer, 'URL must not contain a query'));
  if (issuer.includes('#')) errors.push(invalid(at, issuer, 'URL must not contain a fragment'));
  return errors;
}

/** Plain HTTP is for trying things out on one machine. Whether loopback may be called at all is the operator's to say. */
function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}

function validateAudiences(audiences: readonly string[], at: FieldPath): FieldError[] {
  if (audiences.length === 0) return [required(at, 'at least one audience is required')];
  if (audiences.length > most.audiences) return [tooMany(at, audiences.length, most.audiences)];
  return audiences.flatMap((audience, index) => {
    const place = at.index(index);
    if (audience === '') return [required(place, "audience can't be empty")];
    return audiences.indexOf(audience) < index ? [duplicate(place, audience)] : [];
  });
}

function validateClusters(clusters: readonly string[], at: FieldPath): FieldError[] {
  if (clusters.length > most.clusters) return [tooMany(at, clusters.length, most.clusters)];
  return clusters.flatMap((cluster, index) =>
    checkDns1123Label(cluster).map((problem) => invalid(at.index(index), cluster, problem)),
  );
}

function validateCertificates(pem: string, at: FieldPath): FieldError[] {
  if (pem === '') return [];
  if (byteLength(pem) > maxCertificateBytes) return [tooLong(at, maxCertificateBytes)];
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) return [invalid(at, '<omitted>', 'must hold certificates in PEM')];
  return blocks.every(isCertificate) ? [] : [invalid(at, '<omitted>', 'holds a malformed certificate')];
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

function validateClaims(spec: TrustedIssuerSpec, at: FieldPath): FieldError[] {
  const { claimValidationRules = [], claims = [], userValidationRules = [] } = spec;
  const lists = { claimValidationRules, claims, userValidationRules };
  const errors = Object.entries(lists).flatMap(([name, { length }]) =>
    length > most.rules ? [tooMany(at.child(name), length, most.rules)] : [],
  );
  if (errors.length > 0) return errors;
  if (claims.length === 0) errors.push(required(at.child('claims'), 'at least one rule is required'));
  const verified = claimValidationRules.some(({ expression = '' }) => emailIsVerified(expression));
  return [
    ...errors,
    ...claimValidationRules.flatMap((rule, index) =>
      validateRequirement(rule, at.child('claimValidationRules').index(index)),
    ),
    ...claims.flatMap((rule, index) => validateClaimRule(rule, at.child('claims').index(index), verified)),
    ...userValidationRules.flatMap(({ expression }, index) =>
      checkExpression(expression, {
        at: at.child('userValidationRules').index(index).child('expression'),
        over: 'user',
        type: 'bool',
      }),
    ),
  ];
}

function validateRequirement(rule: ClaimValidationRule, at: FieldPath): FieldError[] {
  const { claim = '', requiredValue = '', expression = '', message = '' } = rule;
  if (claim !== '' && expression !== '')
    return [invalid(at, claim, "claim and expression can't both be set")];
  if (claim === '' && expression === '') return [required(at, 'claim or expression is required')];
  if (claim !== '') {
    return message === ''
      ? []
      : [invalid(at.child('message'), message, "message can't be set when claim is set")];
  }
  if (requiredValue !== '') {
    const detail = "requiredValue can't be set when expression is set";
    return [invalid(at.child('requiredValue'), requiredValue, detail)];
  }
  return checkExpression(expression, { at: at.child('expression'), over: 'claims', type: 'bool' });
}

function validatePrefix(prefix: string | undefined, at: FieldPath): FieldError[] {
  if (prefix === undefined) return [];
  if (byteLength(prefix) > maxPrefixBytes) return [tooLong(at, maxPrefixBytes)];
  return reservedPrefixes
    .filter((reserved) => prefix.startsWith(reserved))
    .map((reserved) => invalid(at, prefix, `must not begin with '${reserved}', which is reserved`));
}

function validateSeconds(
  seconds: number | undefined,
  { at, ...range }: { at: FieldPath; least: number; most: number },
): FieldError[] {
  if (seconds === undefined || (seconds >= range.least && seconds <= range.most)) return [];
  return [invalid(at, seconds, `must be between ${range.least} and ${range.most}, inclusive`)];
}

function validateDeviceFlow(flow: TrustedIssuerSpec['deviceFlow'], at: FieldPath): FieldError[] {
  if (flow === undefined) return [];
  const { clientId, scopes = [] } = flow;
  const errors = clientId === '' ? [required(at.child('clientId'))] : [];
  if (scopes.length > most.scopes) errors.push(tooMany(at.child('scopes'), scopes.length, most.scopes));
  // RFC 6749 §3.3.
  for (const [index, scope] of scopes.entries()) {
    if (!/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope)) {
      errors.push(invalid(at.child('scopes').index(index), scope, 'must be a scope token of OAuth 2.0'));
    }
  }
  return errors;
}
