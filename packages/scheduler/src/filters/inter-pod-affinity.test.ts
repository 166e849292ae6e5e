import type { Pod, PodAffinityTerm, PodSpec } from '@berth/kinds';
import { describe, expect, test } from 'vitest';
import { podFacts } from '../pod-facts.ts';
import { stateOf } from '../testing/cluster.ts';
import { feasible, labelled, node, outcome } from '../testing/objects.ts';

const hostname = 'kubernetes.io/hostname';
const required = 'requiredDuringSchedulingIgnoredDuringExecution';
const preferred = 'preferredDuringSchedulingIgnoredDuringExecution';
const nodes = [
  node('a1', { labels: { zone: 'a' } }),
  node('a2', { labels: { zone: 'a' } }),
  node('b1', { labels: { zone: 'b' } }),
  node('none'),
];

const term = (app: string, members: Partial<PodAffinityTerm> = {}): PodAffinityTerm => ({
  labelSelector: { matchLabels: { app } },
  topologyKey: 'zone',
  ...members,
});
const near = (...terms: PodAffinityTerm[]): PodSpec => ({ affinity: { podAffinity: { [required]: terms } } });
const notNear = (...terms: PodAffinityTerm[]): PodSpec => ({
  affinity: { podAntiAffinity: { [required]: terms } },
});
const web = labelled('web', { app: 'web' }, { nodeName: 'a1' });
const db = labelled('db', { app: 'db' }, { nodeName: 'b1' });
const elsewhere: Pod = { ...db, metadata: { ...db.metadata, name: 'far', uid: 'far', namespace: 'other' } };
const namespaces = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default', labels: { team: 'x' } } },
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other', labels: { team: 'y' } } },
];

describe('a pod goes', () => {
  test.each<readonly [string, PodSpec, readonly Pod[], readonly string[]]>([
    ['near one that it wants near', near(term('web')), [web, db], ['a1', 'a2']],
    ['onto the very node', near(term('web', { topologyKey: hostname })), [web], ['a1']],
    ['nowhere if there is none', near(term('web')), [db], []],
    ['near one pod that matches all terms', near(term('web'), term('db')), [web, db], []],
    ['not near one that it does not want near', notNear(term('web')), [web], ['b1', 'none']],
    ['near pods of its own namespace alone', near(term('db')), [elsewhere], []],
    [
      'near pods of a namespace that it names',
      near(term('db', { namespaces: ['other'] })),
      [elsewhere],
      ['b1'],
    ],
    [
      'near pods of namespaces that it selects',
      near(term('db', { namespaceSelector: { matchLabels: { team: 'y' } } })),
      [elsewhere],
      ['b1'],
    ],
    ['near pods of all namespaces', near(term('db', { namespaceSelector: {} })), [elsewhere], ['b1']],
    ['nowhere near pods that no selector names', near({ topologyKey: 'zone' }), [web], []],
    [
      'where those are not that do not want it near',
      {},
      [{ ...web, spec: { ...web.spec, ...notNear(term('new')) } }],
      ['b1', 'none'],
    ],
    [
      'near those of another namespace that would not want it near in theirs',
      {},
      [{ ...elsewhere, spec: { ...elsewhere.spec, ...notNear(term('new')) } }],
      ['a1', 'a2', 'b1', 'none'],
    ],
    [
      'not near those of another namespace that do not want it near anywhere',
      {},
      [{ ...elsewhere, spec: { ...elsewhere.spec, ...notNear(term('new', { namespaceSelector: {} })) } }],
      ['a1', 'a2', 'none'],
    ],
  ])('%s', (...[, spec, pods, expected]) => {
    const state = stateOf({ nodes, pods, others: { namespaces } });
    expect(feasible(labelled('new', { app: 'new' }, spec), state)).toEqual(expected);
  });

  test('anywhere within a domain as the first of those that want to be together', () => {
    const first = labelled('first', { app: 'new' }, near(term('new')));
    expect(feasible(first, stateOf({ nodes, pods: [web] }))).toEqual(['a1', 'a2', 'b1']);
    const second = labelled('second', { app: 'new' }, near(term('new')));
    const pods = [{ ...first, spec: { ...first.spec, nodeName: 'b1' } }];
    expect(feasible(second, stateOf({ nodes, pods }))).toEqual(['b1']);
  });

  test('by what became of others just before it', () => {
    const state = stateOf({ nodes });
    const replica = (name: string) =>
      podFacts(labelled(name, { app: 'new' }, notNear(term('new', { topologyKey: hostname }))));
    const homes = ['r1', 'r2', 'r3', 'r4'].map((name) => {
      const home = outcome(replica(name).pod, state);
      const chosen = state.node(home);
      if (chosen) state.assume(replica(name), chosen);
      return home;
    });
    expect(homes.toSorted()).toEqual(['a1', 'a2', 'b1', 'none']);
    expect(outcome(replica('r5').pod, state)).toContain(
      "4 node(s) didn't match pod anti-affinity rules. no new claims to deallocate, preemption: 0/4 nodes are available: 4 No preemption victims found for incoming pod.",
    );
    state.forgetAssumed();
    expect(feasible(replica('r5').pod, state)).toHaveLength(4);
  });
});

test('why not is said in Kubernetes’ words', () => {
  const message = (spec: PodSpec, pods: readonly Pod[]) =>
    outcome(labelled('new', { app: 'new' }, spec), stateOf({ nodes: nodes.slice(0, 1), pods }));
  expect(message(near(term('db')), [web])).toContain("1 node(s) didn't match pod affinity rules");
  expect(message(near(term('db')), [web])).toContain('1 Preemption is not helpful for scheduling.');
  expect(message(notNear(term('web')), [web])).toContain("1 node(s) didn't match pod anti-affinity rules");
  const shy = { ...web, spec: { ...web.spec, ...notNear(term('new')) } };
  expect(message({}, [shy])).toContain("1 node(s) didn't satisfy existing pods anti-affinity rules");
});

describe('a pod goes rather', () => {
  const leaning = (rule: 'podAffinity' | 'podAntiAffinity', app: string): PodSpec => ({
    affinity: { [rule]: { [preferred]: [{ weight: 100, podAffinityTerm: term(app) }] } },
  });
  const choice = [node('a', { labels: { zone: 'a' } }), node('b', { labels: { zone: 'b' } })];
  const on = (home: string, app: string, spec: PodSpec = {}) =>
    labelled(app, { app }, { nodeName: home, ...spec });

  test.each<readonly [string, PodSpec, Pod, string]>([
    ['near one that it likes', leaning('podAffinity', 'web'), on('b', 'web'), 'b'],
    ['away from one that it does not', leaning('podAntiAffinity', 'web'), on('b', 'web'), 'a'],
    ['near one that likes it', {}, on('b', 'web', leaning('podAffinity', 'new')), 'b'],
    ['near one that needs it', {}, on('b', 'web', near(term('new'))), 'b'],
    ['away from one that does not like it', {}, on('b', 'web', leaning('podAntiAffinity', 'new')), 'a'],
  ])('%s', (...[, spec, other, expected]) => {
    const state = stateOf({ nodes: choice, pods: [other] });
    const homes = ['x', 'y', 'z'].map((name) => outcome(labelled(name, { app: 'new' }, spec), state));
    expect(homes).toEqual([expected, expected, expected]);
  });
});
