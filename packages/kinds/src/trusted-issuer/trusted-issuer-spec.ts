import type { KubeObject } from '@berth/machinery';
import type { Condition } from '../generated/api-types.ts';

/**
 * An outside OpenID Connect issuer whose tokens are good for the clusters of one tenant: that of its namespace, or the
 * system cluster in namespace `default`. The rules follow Kubernetes' `AuthenticationConfiguration`.
 */
export interface TrustedIssuer extends KubeObject {
  spec: TrustedIssuerSpec;
  status?: TrustedIssuerStatus;
}

export interface TrustedIssuerSpec {
  /** URL that tokens name as `iss`; `<issuer>/.well-known/openid-configuration` leads to its keys. */
  issuer: string;
  /** A token must be for one of these. At least one. */
  audiences?: string[];
  /** Names of clusters; none: all of the tenant. */
  clusters?: string[];
  /** PEM of the authorities that sign the issuer's certificate; absent: those that the server trusts anyway. */
  certificateAuthority?: string;
  /** Every one must hold. */
  claimValidationRules?: ClaimValidationRule[];
  /** Who the token speaks for: the first rule that matches says it. At least one. */
  claims?: ClaimRule[];
  /** Every one must hold for the user that the rules have made. */
  userValidationRules?: { expression: string; message?: string }[];
  /** In front of every username, and of every group. Default: the object's name and a colon. */
  usernamePrefix?: string;
  groupPrefix?: string;
  /** How far the issuer's clock may be off. Default 30. */
  clockSkewSeconds?: number;
  /** How old a token may be, by its `iat`. Default a day. */
  maxTokenAgeSeconds?: number;
  /** The public client with which people log in at this issuer. */
  deviceFlow?: { clientId: string; scopes?: string[] };
}

/** A claim that must have a value, or an expression that must be true. */
export interface ClaimValidationRule {
  claim?: string;
  requiredValue?: string;
  expression?: string;
  message?: string;
}

/** Expressions over `claims`, in CEL. */
export interface ClaimRule {
  match: string;
  user: string;
  groups?: string;
  uid?: string;
  extra?: { key: string; valueExpression: string }[];
  /** What the token is good for at most. */
  scope?: { namespaces?: string[]; verbs?: string[] };
}

export interface TrustedIssuerStatus {
  conditions?: Condition[];
  /** The generation that the conditions tell of. */
  observedGeneration?: number;
  /** When the issuer's keys were last fetched. */
  lastFetchTime?: string;
}
