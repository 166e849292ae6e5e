import { expect, test } from 'vitest';
import { auditDecision } from './audit-level.ts';
import { parseAuditPolicy } from './read-audit-policy.ts';

const head = 'apiVersion: audit.k8s.io/v1\nkind: Policy\n';

test('a policy as kube-apiserver takes it is taken, and its first matching rule decides', () => {
  const policy = parseAuditPolicy(`${head}
omitStages: ["RequestReceived"]
rules:
  - level: RequestResponse
    resources:
    - group: ""
      resources: ["pods"]
  - level: None
    users: ["system:kube-proxy"]
    verbs: ["watch"]
  - level: Request
    omitManagedFields: true
`);
  const decide = (resource: string, username: string, verb: string) =>
    auditDecision(policy, [], {
      username,
      groups: [],
      attributes: {
        type: 'resource',
        clusterId: 'c',
        verb,
        group: '',
        version: 'v1',
        resource,
        subresource: '',
        namespace: '',
        name: '',
      },
    });
  expect(policy.refusals).toBe('Metadata');
  expect(decide('pods', 'system:kube-proxy', 'watch')).toMatchObject({ level: 'RequestResponse' });
  expect(decide('services', 'system:kube-proxy', 'watch')).toMatchObject({ level: 'None' });
  expect(decide('services', 'eve', 'watch')).toEqual({ level: 'Request', omitManagedFields: true });
});

test.for([
  ['nonsense: [', 'it is no YAML'],
  ['a: b', 'apiVersion: '],
  [`${head}rules: []`, 'rules: '],
  [`${head}rules: [{level: All}]`, 'rules.0.level: '],
  [`${head}rules: [{level: None, user: [eve]}]`, 'rules.0: '],
  [`${head}rules: [{level: None, omitStages: [ResponseComplete]}]`, 'rules.0.omitStages.0: '],
] as const)('%j is refused, and where it is wrong is told', ([text, problem]) => {
  expect(() => parseAuditPolicy(text)).toThrowError(
    expect.objectContaining({
      code: 'AUDIT_POLICY',
      message: expect.stringContaining(`the audit policy is no audit.k8s.io/v1 Policy: ${problem}`),
    }),
  );
});
