import { expect, test } from 'vitest';
import type { Container } from '../generated/api-types.ts';
import { podReferences } from './pod-references.ts';

const container = (name: string): Container => ({
  name,
  env: [
    { name: 'A', valueFrom: { secretKeyRef: { name: `${name}-env`, key: 'k' } } },
    { name: 'B', valueFrom: { configMapKeyRef: { name: `${name}-env`, key: 'k' } } },
    { name: 'C', value: 'plain' },
  ],
  envFrom: [{ secretRef: { name: `${name}-all` } }, { configMapRef: { name: `${name}-all` } }, {}],
});

test('a pod refers to what its environment and volumes take in, and to nothing else', () => {
  const { secrets, configMaps, pullSecrets, tokens } = podReferences({
    spec: {
      initContainers: [container('init')],
      containers: [container('main')],
      ephemeralContainers: [container('debug') as object],
      imagePullSecrets: [{ name: 'registry' }, {}],
      volumes: [
        { name: 'a', secret: { secretName: 'mounted' } },
        { name: 'b', configMap: { name: 'mounted' } },
        { name: 'c', emptyDir: {} },
        {
          name: 'd',
          projected: {
            sources: [
              { secret: { name: 'projected' } },
              { configMap: { name: 'projected' } },
              { serviceAccountToken: { path: 'token', audience: 'vault', expirationSeconds: 600 } },
              { serviceAccountToken: { path: 'own' } },
            ],
          },
        },
      ],
    },
  });
  const ofContainers = ['init-env', 'init-all', 'main-env', 'main-all', 'debug-env', 'debug-all'].sort();
  expect([...secrets].sort()).toEqual([...ofContainers, 'mounted', 'projected'].sort());
  expect([...configMaps].sort()).toEqual([...ofContainers, 'mounted', 'projected'].sort());
  expect([...pullSecrets]).toEqual(['registry']);
  expect(tokens).toEqual([
    { audience: 'vault', expirationSeconds: 600 },
    { audience: undefined, expirationSeconds: undefined },
  ]);
});

test('a pod without a spec refers to nothing', () => {
  const { secrets, tokens } = podReferences({});
  expect([secrets.size, tokens.length]).toEqual([0, 0]);
});
