import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Change, StoredObject } from '../types.ts';
import { ByteAccount } from './byte-account.ts';
import { Fold } from './fold.ts';

interface Step {
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly deletes: boolean;
  readonly owners: readonly string[];
}

const letter = (letters: string) => fc.constantFrom(...letters.split(' '));
const steps = fc.array(
  fc.record<Step>({
    resource: letter('pods jobs.batch'),
    namespace: letter('a a-b b'),
    name: letter('x y z z.z \uffee 😀'),
    deletes: fc.boolean(),
    owners: fc.subarray(['owner-1', 'owner-2', 'owner-3']),
  }),
  { maxLength: 60 },
);

/** Changes that follow from the steps, and the objects after each of them: the model. */
function history(all: readonly Step[]): { changes: Change[]; states: Map<string, StoredObject>[] } {
  const changes: Change[] = [];
  const states = [new Map<string, StoredObject>()];
  for (const step of all) {
    const { resource, namespace, name } = step;
    const key = `${resource} ${namespace} ${name}`;
    const state = new Map(states.at(-1));
    const before = state.get(key);
    if (step.deletes && !before) continue;
    const revision = changes.length + 1;
    const ownerReferences = step.owners.map((uid) => ({ uid }));
    const body = JSON.stringify({
      metadata: { name, ...(step.owners.length > 0 && { ownerReferences }) },
      revision,
    });
    const common = { resource, namespace, name, uid: `uid ${key}` };
    if (step.deletes) state.delete(key);
    else state.set(key, { ...common, revision, body });
    changes.push({
      ...common,
      revision,
      at: new Date(0),
      op: step.deletes ? 'delete' : before ? 'update' : 'create',
      ...(before && { before }),
      ...(step.deletes ? { last: body } : { after: body }),
    });
    states.push(state);
  }
  return { changes, states };
}

const order = (a: StoredObject, b: StoredObject) =>
  Buffer.compare(Buffer.from(a.namespace), Buffer.from(b.namespace)) ||
  Buffer.compare(Buffer.from(a.name), Buffer.from(b.name));

const plain = ({ resource, namespace, name, uid, revision, body }: StoredObject): StoredObject => ({
  resource,
  namespace,
  name,
  uid,
  revision,
  body,
});

function expectState(fold: Fold, state: ReadonlyMap<string, StoredObject>): void {
  const objects = [...state.values()];
  for (const resource of ['pods', 'jobs.batch']) {
    const ofResource = objects.filter((object) => object.resource === resource).sort(order);
    expect(fold.list(resource).map(plain)).toEqual(ofResource);
    for (const namespace of ['a', 'a-b', 'b']) {
      const expected = ofResource.filter((object) => object.namespace === namespace);
      expect(fold.list(resource, namespace).map(plain)).toEqual(expected);
    }
  }
  for (const object of objects) expect(fold.get(object)).toMatchObject(object);
  expect(fold.get({ resource: 'pods', namespace: 'a', name: 'unknown' })).toBeUndefined();
  for (const owner of ['owner-1', 'owner-2', 'owner-3']) {
    const owned = objects.filter((object) => object.body.includes(`"${owner}"`)).sort(order);
    expect(
      fold
        .ownedBy(owner)
        .map(plain)
        .sort(order)
        .map(({ uid }) => uid)
        .sort(),
    ).toEqual(owned.map(({ uid }) => uid).sort());
  }
}

test('a fold that is brought forward in any pieces shows every state, and earlier folds stay as they were', () => {
  fc.assert(
    fc.property(steps, fc.array(fc.integer({ min: 1, max: 50 })), fc.boolean(), (all, pieces, indexEarly) => {
      const { changes, states } = history(all);
      const account = new ByteAccount();
      const folds = [Fold.of(0, [], account)];
      if (indexEarly) folds[0]?.ownedBy('owner-1');
      for (let at = 0, i = 0; at < changes.length; i++) {
        const piece = pieces[i] ?? 7;
        folds.push((folds.at(-1) ?? Fold.of(0, [], account)).advanced(changes.slice(at, at + piece)));
        at += piece;
      }
      for (const fold of folds) expectState(fold, states[fold.revision] ?? new Map());
      expect(folds.at(-1)?.revision).toBe(changes.length);
    }),
    { numRuns: 150 },
  );
});

test('a loaded fold equals one that was brought forward, and takes as many bytes', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const { changes, states } = history(all);
      const [forwardAccount, loadedAccount] = [new ByteAccount(), new ByteAccount()];
      const forward = Fold.of(0, [], forwardAccount).advanced(changes);
      const loaded = Fold.of(changes.length, states.at(-1)?.values() ?? [], loadedAccount);
      expectState(loaded, states.at(-1) ?? new Map());
      expectState(forward, states.at(-1) ?? new Map());
      expect(forwardAccount.bytes).toBe(loadedAccount.bytes);
    }),
    { numRuns: 50 },
  );
});

test('an object is parsed once, and shared by the folds that have it', () => {
  const { changes } = history([
    { resource: 'pods', namespace: 'a', name: 'x', deletes: false, owners: [] },
    { resource: 'pods', namespace: 'a', name: 'y', deletes: false, owners: [] },
  ]);
  const first = Fold.of(0, [], new ByteAccount()).advanced(changes.slice(0, 1));
  const second = first.advanced(changes.slice(1));
  const key = { resource: 'pods', namespace: 'a', name: 'x' };
  expect(first.get(key)?.object).toEqual({ metadata: { name: 'x' }, revision: 1 });
  expect(second.get(key)?.object).toBe(first.get(key)?.object);
});

test('a closed account takes its bytes along, and what is parsed later counts nowhere', () => {
  const total = new ByteAccount();
  const account = new ByteAccount(total);
  const { changes } = history([{ resource: 'pods', namespace: 'a', name: 'x', deletes: false, owners: [] }]);
  const fold = Fold.of(0, [], account).advanced(changes);
  expect(total.bytes).toBe(account.bytes);
  expect(total.bytes).toBeGreaterThan(0);
  account.close();
  expect(fold.list('pods')[0]?.object).toBeDefined();
  expect(total.bytes).toBe(0);
});
