import type { Deployment, ReplicaSet } from '@berth/kinds';
import { expect, test } from 'vitest';
import { newSetAnnotations } from './revision.ts';

const deployment: Deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } };
const revision = 'deployment.kubernetes.io/revision';
const setOf = (value: string): ReplicaSet => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name: 'web-1', annotations: { [revision]: value } },
});

test.each([
  ['7', '8'],
  // Beyond what a double tells apart, and as much as upstream counts.
  ['3546343826724305832', '3546343826724305833'],
  ['not a number', '1'],
  ['99999999999999999999', '1'],
])('after a set of revision %s comes %s', (old, next) => {
  expect(newSetAnnotations(deployment, {}, [setOf(old)])[revision]).toBe(next);
});
