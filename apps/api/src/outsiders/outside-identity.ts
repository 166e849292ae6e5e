import { createHash } from 'node:crypto';
import type { Identity, MappedUser, VerifiedClaims } from '@berth/auth';
import type { IssuerRules } from './trusted-issuers.ts';

/** Extra members by which the audit log and webhooks know where somebody came from. */
const extraKeys = {
  issuer: 'access.berth.dev/issuer',
  trustedIssuer: 'access.berth.dev/trusted-issuer',
  subject: 'access.berth.dev/subject',
  credential: 'authentication.kubernetes.io/credential-id',
} as const;

interface Origin {
  readonly clusterId: string;
  readonly rules: IssuerRules;
  readonly verified: VerifiedClaims;
  readonly token: string;
}

/** The identity of a verified token, with where it came from. */
export function outsideIdentity(
  { username, uid, groups, extra, scope }: MappedUser,
  { clusterId, rules, verified, token }: Origin,
): Identity {
  const { jti } = verified.claims;
  return {
    clusterId,
    username,
    uid,
    groups,
    extra: {
      ...extra,
      [extraKeys.issuer]: [rules.spec.issuer],
      [extraKeys.trustedIssuer]: [rules.name],
      [extraKeys.subject]: [verified.subject],
      ...(jti !== undefined && { [extraKeys.credential]: [`JTI=${jti}`] }),
    },
    // In front stands what no id of Berth's own tokens has: the ids of an outside issuer are its to choose.
    jti: `${rules.uid}/${jti ?? createHash('sha256').update(token).digest('base64url')}`,
    ...(scope !== undefined && { scope }),
  };
}
