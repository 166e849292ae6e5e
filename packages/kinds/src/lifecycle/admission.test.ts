import type { KubeObject } from '@berth/machinery';
import { expect, test } from 'vitest';
import { configMap } from '../config-map/config-map.ts';
import { objectOf } from '../registry/kind-fixture.ts';
import { withBootstrapObjects } from '../registry/with-bootstrap-objects.ts';
import { type KindAdmission, requireUpdateAdmitted } from './admission.ts';
import { beforeCreate } from './before-create.ts';
import type { LifecycleContext } from './mutation.ts';

const labelled = (object: KubeObject, label: string): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, labels: { ...object.metadata.labels, [label]: 'yes' } },
});
const judge = (policies: string, rules: Partial<KindAdmission> = {}): KindAdmission => ({
  policies,
  mutate: (object, found) => labelled(object, `${policies}-${found.length}`),
  refuse: () => undefined,
  ...rules,
});
const context: LifecycleContext = {
  now: new Date(0),
  newUid: () => 'u',
  newNameSuffix: () => 'xxxxx',
  policies: (resource) => (resource === 'one' ? [objectOf(configMap)] : []),
};
const judged = (...admission: KindAdmission[]) => ({ ...configMap, admission });

test('each admission adds its part, by the objects of its own resource', () => {
  const { object } = beforeCreate(judged(judge('one'), judge('none')), objectOf(configMap), context);
  expect(object.metadata.labels).toEqual({ 'one-1': 'yes', 'none-0': 'yes' });
});

test('an admission that is not concerned neither adds nor refuses, and its objects are not read', () => {
  const kind = judged(judge('one', { concerns: () => false, refuse: () => 'no' }));
  const unread = { ...context, policies: () => expect.fail('was read') };
  expect(beforeCreate(kind, objectOf(configMap), unread).object.metadata.labels).toBeUndefined();
});

test('each may refuse, also where there is nothing to judge by', () => {
  const kind = judged(judge('one'), judge('none', { refuse: () => 'there is none' }));
  expect(() => beforeCreate(kind, objectOf(configMap), context)).toThrow(
    'configmaps "a" is forbidden: there is none',
  );
});

test('an update is refused by those alone that judge updates', () => {
  const update = { next: objectOf(configMap), current: objectOf(configMap) };
  const refuse = () => 'not new';
  expect(() => requireUpdateAdmitted(judged(judge('one', { refuse })), update, context)).not.toThrow();
  const kind = judged(judge('one', { refuseUpdate: (_, found) => `${found.length} says no` }));
  expect(() => requireUpdateAdmitted(kind, update, context)).toThrow(
    'configmaps "a" is forbidden: 1 says no',
  );
});

test('what is stored decides before what every cluster has', () => {
  const named = (name: string, from: string) => objectOf(configMap, { metadata: { name }, data: { from } });
  const kind = { ...configMap, bootstrapObjects: [named('b', 'default'), named('a', 'default')] };
  expect(withBootstrapObjects(kind, [named('b', 'stored'), named('c', 'stored')])).toEqual([
    named('a', 'default'),
    named('b', 'stored'),
    named('c', 'stored'),
  ]);
});
