import type { ControllerRevision, PodTemplateSpec } from '@berth/kinds';
import type { KubeObject } from '@berth/machinery';
import { describe, expect, it } from 'vitest';
import type { ReconcileKey } from '../reconciler.ts';
import { revisionData, templateOfRevision } from './revision-data.ts';
import { revisionHash } from './revision-hash.ts';
import { compareRevisions, settleHistory } from './settle-history.ts';
import { truncateHistory } from './truncate-history.ts';

const object: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'agent', namespace: 'default', uid: 'uid-1', annotations: { note: 'kept' } },
};

const templateOf = (image: string): PodTemplateSpec => ({
  metadata: { name: '', labels: { app: 'agent' } },
  spec: { containers: [{ name: 'c', image }] },
});

function revisionOf(name: string, revision: number, image: string): ControllerRevision {
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: { name, namespace: 'default', uid: `uid-${name}`, labels: { hash: name } },
    data: revisionData(templateOf(image)),
    revision,
  };
}

function settle(
  image: string,
  revisions: readonly ControllerRevision[],
  taken: readonly ControllerRevision[] = [],
) {
  const owner = { object, template: templateOf(image), collisionCount: undefined, hashLabel: 'hash' };
  const get = ({ name }: ReconcileKey) => taken.find(({ metadata }) => metadata.name === name);
  // The history asks for nothing but revisions.
  return settleHistory(owner, revisions, { get: get as never });
}

describe('the history of an owner', () => {
  it('begins with a patch that puts its template back, under a name that ends in its hash', () => {
    const { current, old, actions, collisionCount } = settle('a', []);
    const hash = revisionHash(revisionData(templateOf('a')), undefined);
    expect(current).toEqual({
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: {
        name: `agent-${hash}`,
        namespace: 'default',
        labels: { app: 'agent', hash },
        annotations: { note: 'kept' },
        ownerReferences: [
          {
            apiVersion: 'apps/v1',
            kind: 'DaemonSet',
            name: 'agent',
            uid: 'uid-1',
            controller: true,
            blockOwnerDeletion: true,
          },
        ],
      },
      data: { spec: { template: { $patch: 'replace', ...templateOf('a') } } },
      revision: 1,
    });
    expect({ old, collisionCount, actions }).toEqual({
      old: [],
      collisionCount: undefined,
      actions: [{ type: 'create', object: current }],
    });
    expect(templateOfRevision(current)).toEqual(templateOf('a'));
    expect(JSON.stringify(current.data)).toBe(
      '{"spec":{"template":{"$patch":"replace","metadata":{"labels":{"app":"agent"},"name":""},"spec":{"containers":[{"image":"a","name":"c"}]}}}}',
    );
  });

  it('is as it was while the template is that of the latest revision, however its fields are ordered', () => {
    const latest = revisionOf('x', 2, 'b');
    const { spec: data } = revisionData(templateOf('b'));
    const { metadata, ...rest } = data.template;
    const stored = { ...latest, data: { spec: { template: { ...rest, metadata } } } };
    const history = settle('b', [stored, revisionOf('w', 1, 'a')]);
    expect(history.current).toBe(stored);
    expect(history.actions).toEqual([]);
    expect(history.old.map(({ metadata: { name } }) => name)).toEqual(['w']);
  });

  it('numbers a revision anew that comes back, and keeps its name', () => {
    const { current, old, actions } = settle('a', [revisionOf('w', 1, 'a'), revisionOf('x', 2, 'b')]);
    expect(current).toMatchObject({ metadata: { name: 'w' }, revision: 3 });
    expect(actions).toEqual([{ type: 'update', object: current }]);
    expect(old.map(({ revision }) => revision)).toEqual([2]);
  });

  it('has one above all numbers for a new template', () => {
    expect(settle('c', [revisionOf('x', 7, 'b'), revisionOf('w', 3, 'a')]).current.revision).toBe(8);
  });

  it('tells of revisions that hold the same', () => {
    const { current, duplicates } = settle('a', [revisionOf('w', 1, 'a'), revisionOf('x', 2, 'a')]);
    expect(current.metadata.name).toBe('x');
    expect(duplicates.map(({ metadata }) => metadata.name)).toEqual(['w']);
  });

  it('takes the next name where something else has the first, and counts that', () => {
    const [{ current: first }] = [settle('a', [])];
    const foreign = { ...first, data: { other: true } };
    const { current, collisionCount } = settle('a', [], [foreign]);
    expect(collisionCount).toBe(1);
    expect(current.metadata.name).not.toBe(first.metadata.name);
    expect(current.metadata.name).toBe(`agent-${revisionHash(revisionData(templateOf('a')), 1)}`);
    expect(settle('a', [], [first])).toMatchObject({ current: first, actions: [] });
  });

  it('is sorted by number, then by age, then by name', () => {
    const of = (name: string, revision: number, creationTimestamp: string): ControllerRevision => {
      const made = revisionOf(name, revision, 'a');
      return { ...made, metadata: { ...made.metadata, creationTimestamp } };
    };
    const [early, late] = ['2026-03-01T00:00:00Z', '2026-03-01T00:00:01Z'];
    const sorted = [of('d', 2, early), of('b', 1, late), of('c', 1, early), of('a', 1, late)].sort(
      compareRevisions,
    );
    expect(sorted.map(({ metadata }) => metadata.name)).toEqual(['c', 'a', 'b', 'd']);
  });
});

it('a hash is that of a value, whatever the order of its fields, and of the count of collisions', () => {
  expect(revisionHash({ a: 1, b: { c: 2, d: 3 } }, 1)).toBe(revisionHash({ b: { d: 3, c: 2 }, a: 1 }, 1));
  expect(revisionHash({ a: 1 }, 1)).not.toBe(revisionHash({ a: 1 }, undefined));
  expect(revisionHash({ a: 1 }, 1)).not.toBe(revisionHash({ a: 2 }, 1));
});

describe('what a history loses', () => {
  const old = ['a', 'b', 'c', 'd'].map((name, index) => revisionOf(name, index + 1, name));
  it.each([
    [1, [], false, ['a', 'b', 'c']],
    [1, ['d'], false, ['a', 'b']],
    [1, ['d'], true, ['a', 'b', 'c']],
    [3, ['a'], true, ['b']],
    [9, [], false, []],
    [0, ['a', 'b', 'c', 'd'], true, []],
    [-1, [], false, []],
  ])('with a limit of %i, live %j, which count: %s', (...[limit, live, countsLive, expected]) => {
    const isLive = ({ metadata }: ControllerRevision) => live.includes(metadata.name);
    const actions = truncateHistory(old, { limit, isLive, countsLive });
    expect(actions.map((action) => action.type === 'delete' && action.key.name)).toEqual(expected);
  });
});
