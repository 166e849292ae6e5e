import type { Pod, PriorityClass, RuntimeClass } from '@berth/kinds';
import { expect, it } from 'vitest';
import { jobOf, start } from '../testing/job-scenario.ts';

const containers = [{ name: 'main', image: 'busybox' }];

it('the pods of a controller get their priority from their class', () => {
  const { cluster } = start();
  cluster.create<PriorityClass>({
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'high' },
    value: 1000,
  });
  const spec = { containers, restartPolicy: 'Never', priorityClassName: 'high' } as const;
  cluster.create(jobOf({ template: { metadata: { name: '' }, spec } }));
  cluster.settle();
  expect(cluster.list<Pod>('pods')[0]?.spec?.priority).toBe(1000);
});

it('a controller is told of a class that does not exist, and goes on when it does', () => {
  const { cluster } = start();
  const spec = { containers, restartPolicy: 'Never', runtimeClassName: 'gone' } as const;
  cluster.create(jobOf({ template: { metadata: { name: '' }, spec } }));
  cluster.settle();
  expect(cluster.list('pods')).toEqual([]);
  expect(cluster.events('work').at(-1)).toContain('pod rejected: RuntimeClass "gone" not found');
  cluster.create<RuntimeClass>({
    apiVersion: 'node.k8s.io/v1',
    kind: 'RuntimeClass',
    metadata: { name: 'gone' },
    handler: 'h',
  });
  cluster.advance(60);
  expect(cluster.list<Pod>('pods')[0]?.spec?.runtimeClassName).toBe('gone');
});
