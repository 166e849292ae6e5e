import { auditLevels } from '@berth/kinds';
import { BerthError } from '@berth/machinery';
import { parse } from 'yaml';
import { z } from 'zod';
import type { FleetAuditPolicy } from './audit-level.ts';

class AuditPolicyError extends BerthError {
  constructor(problem: string, options?: { cause?: unknown }) {
    super('AUDIT_POLICY', `the audit policy is no audit.k8s.io/v1 Policy: ${problem}`, options);
  }
}

const names = z.array(z.string()).optional();
const level = z.enum(auditLevels);

const policySchema = z.strictObject({
  apiVersion: z.literal('audit.k8s.io/v1'),
  kind: z.literal('Policy'),
  metadata: z.unknown().optional(),
  rules: z
    .array(
      z.strictObject({
        level,
        users: names,
        userGroups: names,
        verbs: names,
        resources: z
          .array(z.strictObject({ group: z.string().optional(), resources: names, resourceNames: names }))
          .optional(),
        namespaces: names,
        nonResourceURLs: names,
        omitManagedFields: z.boolean().optional(),
        omitStages: z.array(z.enum(['RequestReceived', 'ResponseStarted', 'Panic'])).optional(),
      }),
    )
    .min(1),
  omitManagedFields: z.boolean().optional(),
  // There is one event for a request, when it is answered.
  omitStages: z.array(z.enum(['RequestReceived', 'ResponseStarted', 'Panic'])).optional(),
  /** Berth's own. */
  refusals: level.default('Metadata'),
});

/** The fleet's policy of a file, YAML or JSON. @throws AuditPolicyError that says what is wrong where */
export function parseAuditPolicy(text: string): FleetAuditPolicy {
  let document: unknown;
  try {
    document = parse(text);
  } catch (cause) {
    throw new AuditPolicyError('it is no YAML', { cause });
  }
  const result = policySchema.safeParse(document);
  if (!result.success) {
    const problems = result.error.issues.map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`);
    throw new AuditPolicyError(problems.join('; '));
  }
  const { rules, omitManagedFields, refusals } = result.data;
  // JSON leaves out what is undefined: the types are those of optional members then.
  return JSON.parse(JSON.stringify({ rules, omitManagedFields, refusals })) as FleetAuditPolicy;
}
