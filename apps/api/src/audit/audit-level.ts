import { auditLevels, type AuditLevel, type AuditPolicySpec } from '@berth/kinds';
import { type AuditedRequest, matchesRule } from './match-rule.ts';

/** The policy that holds for all clusters: what their own policies cannot take away. */
export interface FleetAuditPolicy extends AuditPolicySpec {
  /** The least level of requests that are refused. */
  readonly refusals: AuditLevel;
}

export interface AuditDecision {
  readonly level: AuditLevel;
  readonly omitManagedFields: boolean;
}

/** What the fleet's policy and those of the cluster say of a request: the higher level of both. */
export function auditDecision(
  fleet: AuditPolicySpec,
  ofCluster: readonly AuditPolicySpec[],
  request: AuditedRequest,
): AuditDecision {
  return [fleet, ...ofCluster].map((policy) => decisionOf(policy, request)).reduce(higher);
}

function decisionOf(
  { rules = [], omitManagedFields }: AuditPolicySpec,
  request: AuditedRequest,
): AuditDecision {
  const rule = rules.find((candidate) => matchesRule(candidate, request));
  return {
    level: rule?.level ?? 'None',
    omitManagedFields: rule?.omitManagedFields ?? omitManagedFields ?? false,
  };
}

function higher(a: AuditDecision, b: AuditDecision): AuditDecision {
  return auditLevels.indexOf(b.level) > auditLevels.indexOf(a.level) ? b : a;
}

export function atLeast(level: AuditLevel, least: AuditLevel): AuditLevel {
  return isAtLeast(level, least) ? level : least;
}

export function isAtLeast(level: AuditLevel, least: AuditLevel): boolean {
  return auditLevels.indexOf(level) >= auditLevels.indexOf(least);
}
