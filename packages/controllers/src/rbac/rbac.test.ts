import type { ClusterRole, ClusterRoleBinding } from '@berth/kinds';
import { describe, expect, it } from 'vitest';
import { start } from '../testing/job-scenario.ts';
import type { MemoryCluster } from '../testing/memory-cluster.ts';

const group = 'rbac.authorization.k8s.io';
const autoupdate = 'rbac.authorization.kubernetes.io/autoupdate';
const roleOf = (cluster: MemoryCluster, name: string) =>
  cluster.get<ClusterRole>(`clusterroles.${group}`, '', name);
const found = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('not found');
  return value;
};

function role(name: string, members: Partial<ClusterRole> = {}): ClusterRole {
  const { metadata, ...rest } = members;
  return {
    apiVersion: `${group}/v1`,
    kind: 'ClusterRole',
    rules: [{ verbs: ['get'], apiGroups: ['example.com'], resources: [name] }],
    ...rest,
    metadata: { name, ...metadata },
  };
}

const labelled = (name: string, level: string): ClusterRole =>
  role(name, { metadata: { name, labels: { [`${group}/aggregate-to-${level}`]: 'true' } } });
const resources = (one: ClusterRole | undefined) =>
  (one?.rules ?? []).flatMap((rule) => rule.resources ?? []);

describe('an aggregated role', () => {
  const gathers = (name: string, key: string): ClusterRole =>
    role(name, {
      rules: [],
      aggregationRule: {
        clusterRoleSelectors: [{ matchLabels: { [`${group}/aggregate-to-${key}`]: 'true' } }],
      },
    });

  it('has the rules of the roles that it selects, by name and each once, as these come and go', () => {
    const { cluster } = start();
    cluster.create(gathers('all', 'own'));
    cluster.create(labelled('b', 'own'));
    cluster.create(labelled('a', 'own'));
    cluster.create({ ...labelled('c', 'own'), rules: labelled('a', 'own').rules ?? [] });
    cluster.settle();
    expect(resources(roleOf(cluster, 'all'))).toEqual(['a', 'b']);
    const b = found(roleOf(cluster, 'b'));
    cluster.update({ ...b, metadata: { ...b.metadata, labels: {} } });
    cluster.settle();
    expect(resources(roleOf(cluster, 'all'))).toEqual(['a']);
    cluster.delete(found(roleOf(cluster, 'a')));
    cluster.settle();
    expect(resources(roleOf(cluster, 'all'))).toEqual(['a']);
    cluster.delete(found(roleOf(cluster, 'c')));
    cluster.settle();
    expect(resources(roleOf(cluster, 'all'))).toEqual([]);
    expect(cluster.errors).toEqual([]);
  });

  it('loses rules that somebody else writes into it', () => {
    const { cluster } = start();
    cluster.create(labelled('a', 'own'));
    cluster.create({ ...gathers('all', 'own'), rules: role('mine').rules ?? [] });
    cluster.settle();
    expect(resources(roleOf(cluster, 'all'))).toEqual(['a']);
  });

  it('of every cluster grows with it, through the roles that it is part of', () => {
    const { cluster } = start();
    expect(roleOf(cluster, 'view')).toBeUndefined();
    cluster.create(labelled('widgets', 'view'));
    cluster.settle();
    for (const name of ['view', 'edit', 'admin']) {
      expect(resources(roleOf(cluster, name))).toEqual(expect.arrayContaining(['widgets', 'pods']));
    }
    expect(resources(roleOf(cluster, 'view'))).not.toContain('secrets');
    cluster.delete(found(roleOf(cluster, 'widgets')));
    cluster.settle();
    expect(resources(roleOf(cluster, 'admin'))).not.toContain('widgets');
    expect(cluster.errors).toEqual([]);
  });
});

describe('a role or binding that every cluster has', () => {
  const discovery = 'system:discovery';

  it('gets back what is taken from it, keeps what is added, and comes back when it is deleted', () => {
    const { cluster } = start();
    const added = { verbs: ['get'], nonResourceURLs: ['/metrics'] };
    cluster.create(role(discovery, { rules: [added] }));
    cluster.settle();
    const kept = found(roleOf(cluster, discovery));
    expect(kept.rules).toEqual([
      added,
      ...[
        '/api',
        '/api/*',
        '/apis',
        '/apis/*',
        '/healthz',
        '/livez',
        '/openapi',
        '/openapi/*',
        '/readyz',
      ].map((url) => ({ verbs: ['get'], nonResourceURLs: [url] })),
      { verbs: ['get'], nonResourceURLs: ['/version'] },
      { verbs: ['get'], nonResourceURLs: ['/version/'] },
    ]);
    expect(kept.metadata.labels).toEqual({ 'kubernetes.io/bootstrapping': 'rbac-defaults' });
    cluster.delete(kept);
    cluster.settle();
    const again = found(roleOf(cluster, discovery));
    expect(again.rules).toHaveLength(1);
    expect(again.metadata.uid).not.toBe(kept.metadata.uid);
    expect(cluster.errors).toEqual([]);
  });

  it('stays as it is where its owner says so', () => {
    const { cluster } = start();
    const metadata = { name: discovery, annotations: { [autoupdate]: 'false' } };
    cluster.create(role(discovery, { metadata, rules: [] }));
    cluster.settle();
    expect(roleOf(cluster, discovery)?.rules).toEqual([]);
  });

  it('gets back its subjects', () => {
    const { cluster } = start();
    const binding: ClusterRoleBinding = {
      apiVersion: `${group}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: discovery },
      subjects: [{ kind: 'User', name: 'eve' }],
      roleRef: { kind: 'ClusterRole', name: discovery },
    };
    cluster.create(binding);
    cluster.settle();
    const stored = cluster.get<ClusterRoleBinding>(`clusterrolebindings.${group}`, '', discovery);
    expect(stored?.subjects?.map(({ name }) => name)).toEqual(['eve', 'system:authenticated']);
  });
});
