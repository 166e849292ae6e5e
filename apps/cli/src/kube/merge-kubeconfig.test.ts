import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { KubeconfigEntry } from './berth-kubeconfig.ts';
import { mergeKubeconfig, readContextNames } from './merge-kubeconfig.ts';

const entry: KubeconfigEntry = {
  name: 'berth_acme_prod',
  server: 'https://berth.example/clusters/prod',
  caPem: 'PEM',
  namespace: 'default',
  user: { token: 't' },
};
const members = {
  cluster: {
    name: 'berth_acme_prod',
    cluster: { server: 'https://berth.example/clusters/prod', 'certificate-authority-data': 'UEVN' },
  },
  context: {
    name: 'berth_acme_prod',
    context: { cluster: 'berth_acme_prod', namespace: 'default', user: 'berth_acme_prod' },
  },
  user: { name: 'berth_acme_prod', user: { token: 't' } },
};

const others = `apiVersion: v1
# by hand
kind: Config
preferences: {colors: true}
clusters:
- name: kind
  cluster: {server: https://127.0.0.1:1, certificate-authority: /ca}  # local
contexts:
- context: {cluster: kind, user: me}
  name: kind
current-context: kind
users:
- name: me
  user:
    client-certificate-data: "AA=="
extensions:
- name: own
  extension: {a: 1}
`;

describe('a kubeconfig', () => {
  test('that is new has the cluster alone', () => {
    expect(parse(mergeKubeconfig('', entry, { setCurrent: true }))).toEqual({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [members.cluster],
      contexts: [members.context],
      users: [members.user],
      'current-context': 'berth_acme_prod',
    });
  });

  test('loses nothing that others wrote, comments included', () => {
    const merged = mergeKubeconfig(others, entry, { setCurrent: true });
    const before = parse(others);
    expect(parse(merged)).toEqual({
      ...before,
      clusters: [...before.clusters, members.cluster],
      contexts: [...before.contexts, members.context],
      users: [...before.users, members.user],
      'current-context': 'berth_acme_prod',
    });
    expect(merged).toContain('# by hand');
    expect(merged).toContain('# local');
  });

  test('has the cluster once, however often it is merged, in its place', () => {
    const changed = { ...entry, server: 'https://moved.example/clusters/prod', caPem: undefined };
    const once = mergeKubeconfig(mergeKubeconfig(others, entry, { setCurrent: false }), changed, {
      setCurrent: false,
    });
    const { clusters, 'current-context': current } = parse(once);
    expect(clusters).toEqual([
      parse(others).clusters[0],
      { name: 'berth_acme_prod', cluster: { server: 'https://moved.example/clusters/prod' } },
    ]);
    expect(current).toBe('kind');
    expect(mergeKubeconfig(once, changed, { setCurrent: false })).toBe(once);
  });

  test.each([
    'apiVersion: v1\nkind: Config\nclusters: null\ncontexts: []\nusers: null\n',
    '{"apiVersion": "v1", "kind": "Config", "clusters": [], "contexts": [], "users": []}',
  ])('with empty lists is filled: %j', (text) => {
    const merged = parse(mergeKubeconfig(text, entry, { setCurrent: true }));
    expect([merged.clusters, merged.contexts, merged.users]).toEqual([
      [members.cluster],
      [members.context],
      [members.user],
    ]);
  });

  test.each([
    ['a: [', /cannot be read/],
    ['- a', /it is no mapping/],
    ['clusters: {a: 1}', /clusters is no list/],
  ])('that is none is refused: %j', (text, message) => {
    expect(() => mergeKubeconfig(text, entry, { setCurrent: true })).toThrow(message);
  });

  test('tells its contexts', () => {
    expect(readContextNames(others)).toEqual({ current: 'kind', names: ['kind'] });
    expect(readContextNames('')).toEqual({ current: '', names: [] });
  });
});
