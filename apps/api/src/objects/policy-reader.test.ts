import type { ClusterStore, ListPage } from '@berth/store';
import { expect, test } from 'vitest';
import { createPolicyReader } from './policy-reader.ts';

/** A cluster whose lists are answered when the test says so. */
function slowCluster() {
  const answers: Array<(names: readonly string[]) => void> = [];
  const cluster: Pick<ClusterStore, 'clusterId' | 'list'> = {
    clusterId: 'c',
    list: ({ resource, namespace = '' }) =>
      new Promise<ListPage>((resolve, reject) => {
        answers.push((names) => {
          if (names.includes('broken')) {
            reject(new Error('broken'));
            return;
          }
          const items = names.map((name) => ({ resource, namespace, name, uid: '', revision: 1, body: '' }));
          resolve({ revision: 1, items, remaining: 0 });
        });
      }),
  };
  // The reader asks for nothing else.
  return { cluster: cluster as ClusterStore, answers };
}

const place = { resource: 'limitranges', namespace: 'ns' };
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('who asks while a read is under way shares the next one, so that none sees an older state than it asked for', async () => {
  const { cluster, answers } = slowCluster();
  const read = createPolicyReader();
  const names = async () => (await read(cluster, place)).map(({ name }) => name);
  const first = names();
  await settled();
  const others = [names(), names(), names()];
  await settled();
  expect(answers).toHaveLength(1);
  answers[0]?.(['old']);
  await settled();
  expect(answers).toHaveLength(2);
  answers[1]?.(['new']);
  expect(await first).toEqual(['old']);
  expect(await Promise.all(others)).toEqual([['new'], ['new'], ['new']]);
});

test('namespaces do not wait for each other, and a failure is heard by those alone who asked', async () => {
  const { cluster, answers } = slowCluster();
  const read = createPolicyReader();
  const failing = read(cluster, place);
  const other = read(cluster, { ...place, namespace: 'other' });
  await settled();
  expect(answers).toHaveLength(2);
  const next = read(cluster, place);
  answers[0]?.(['broken']);
  answers[1]?.([]);
  await expect(failing).rejects.toThrow('broken');
  expect(await other).toEqual([]);
  await settled();
  answers[2]?.(['a']);
  expect((await next).map(({ name }) => name)).toEqual(['a']);
});
