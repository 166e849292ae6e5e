import { compileRules, createAuthorizer, type Identity, type PolicyObjects } from '@berth/auth';
import { builtinRegistry, policyResources } from '@berth/kinds';
import type { LocalScenario } from '../scenario.ts';

const bindings = 1_000;
/** Decisions that are timed together: one alone is shorter than the clock's resolution. */
const perBatch = 200;
const clusterId = 'bench';

/** Rules of 1,000 bindings beside those that every cluster has, and who asks for what. */
interface Case {
  readonly name: string;
  readonly policy: Pick<PolicyObjects, 'roles' | 'roleBindings'>;
  readonly identity: Identity;
  readonly namespace: string;
  /** Of the configmap that is asked for. */
  readonly verb: string;
}

/** How long a decision takes once a cluster's rules are there, in this process: nothing is read, and no API is asked. */
export const authorize: LocalScenario = {
  name: 'authorize',
  description: 'decides by 1,000 bindings, in this process alone',
  isDefault: false,
  measure: async ({ seconds, find }) => {
    for (const one of cases()) {
      const { compileMs, rules } = compiled(one.policy);
      const authorizer = createAuthorizer({
        rulesOf: async () => rules,
        tenantRoleOf: async () => undefined,
      });
      const attributes = {
        type: 'resource',
        clusterId,
        group: '',
        version: 'v1',
        resource: 'configmaps',
        subresource: '',
        namespace: one.namespace,
        name: 'settings',
        verb: one.verb,
      } as const;
      const { allowed } = await authorizer.authorize(one.identity, attributes);
      const batches: number[] = [];
      const end = performance.now() + (seconds * 1_000) / cases().length;
      while (performance.now() < end) {
        const startedAt = performance.now();
        for (let index = 0; index < perBatch; index++) await authorizer.authorize(one.identity, attributes);
        batches.push(((performance.now() - startedAt) * 1_000) / perBatch);
      }
      batches.sort((a, b) => a - b);
      const at = (part: number): string => `${batches[Math.floor(batches.length * part)]?.toFixed(2)} µs`;
      const result = allowed ? 'allowed' : 'refused';
      find(
        `${one.name}, ${result}`,
        `p50 ${at(0.5)}, p90 ${at(0.9)}; compiled in ${compileMs.toFixed(1)} ms`,
      );
    }
    return [];
  },
};

function compiled({ roles, roleBindings }: Case['policy']) {
  const defaults = builtinRegistry.byResource(policyResources.clusterRoles)?.bootstrapObjects ?? [];
  const ofKind = (kind: string): unknown => defaults.filter((object) => object.kind === kind);
  const startedAt = performance.now();
  // Objects of a kind have its members.
  const rules = compileRules({
    clusterRoles: ofKind('ClusterRole') as PolicyObjects['clusterRoles'],
    clusterRoleBindings: ofKind('ClusterRoleBinding') as PolicyObjects['clusterRoleBindings'],
    roles,
    roleBindings,
  });
  return { rules, compileMs: performance.now() - startedAt };
}

function cases(): readonly Case[] {
  const many = Array.from({ length: bindings }, (_, index) => index);
  const apart = {
    roles: many.map((index) => role(`r${index}`, `ns${index % 100}`, 'configmaps')),
    roleBindings: many.map((index) =>
      binding(`r${index}`, `ns${index % 100}`, { kind: 'User', name: `user${index}` }),
    ),
  };
  const together = {
    roles: many.map((index) =>
      role(`r${index}`, 'ns0', index === bindings - 1 ? 'configmaps' : `things${index}`),
    ),
    roleBindings: many.map((index) => binding(`r${index}`, 'ns0', { kind: 'Group', name: 'team' })),
  };
  const user = identity('user500');
  return [
    {
      name: 'each binding of a user of its own',
      policy: apart,
      identity: user,
      namespace: 'ns0',
      verb: 'get',
    },
    {
      name: 'each binding of a user of its own',
      policy: apart,
      identity: user,
      namespace: 'ns1',
      verb: 'get',
    },
    {
      name: 'all bindings of one group and namespace',
      policy: together,
      identity: identity('x'),
      namespace: 'ns0',
      verb: 'get',
    },
    {
      name: 'all bindings of one group and namespace',
      policy: together,
      identity: identity('x'),
      namespace: 'ns0',
      verb: 'delete',
    },
  ];
}

function role(name: string, namespace: string, resource: string): PolicyObjects['roles'][number] {
  const rules = [{ verbs: ['get', 'list', 'watch'], apiGroups: [''], resources: [resource] }];
  return { metadata: { name, namespace }, rules };
}

function binding(
  name: string,
  namespace: string,
  subject: { readonly kind: string; readonly name: string },
): PolicyObjects['roleBindings'][number] {
  return { metadata: { name, namespace }, roleRef: { kind: 'Role', name }, subjects: [subject] };
}

function identity(username: string): Identity {
  const groups = ['team', 'other-team', 'developers', 'system:authenticated'];
  return { clusterId, username, uid: '', groups, extra: {}, jti: '' };
}
