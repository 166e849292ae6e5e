import type { Container, Pod, ResourceFieldSelector } from '@berth/kinds';
import { describe, expect, it } from 'vitest';
import type { PodInputs } from '../pod-runtime.ts';
import { containerEnvironment, type EnvironmentContext } from './container-environment.ts';

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'web',
    namespace: 'shop',
    uid: 'u-1',
    labels: { app: 'web' },
    annotations: { note: 'n' },
  },
  spec: {
    serviceAccountName: 'robot',
    containers: [{ name: 'other', resources: { limits: { memory: '64Mi' } } }],
  },
};
const entries = (object: Record<string, string>) =>
  new Map(Object.entries(object).map(([key, value]) => [key, Buffer.from(value)]));
const inputs: PodInputs = {
  configMaps: new Map([['settings', entries({ COLOR: 'blue', 'dotted.key': 'd', SIZE: 'L' })]]),
  secrets: new Map([['keys', entries({ token: 's3cret' })]]),
  tokens: new Map(),
  claims: new Map(),
};
const context: EnvironmentContext = {
  pod,
  inputs,
  place: { nodeName: 'node-1', nodeIp: '10.0.0.1', podIp: '10.0.0.9' },
  allocatable: { cpu: '2', memory: '1Gi' },
  services: { KUBERNETES_SERVICE_HOST: '127.0.0.1' },
};
const environment = (container: Omit<Container, 'name'>) =>
  Object.fromEntries(containerEnvironment({ name: 'main', ...container }, context));

describe('the environment of a container', () => {
  it('expands references to earlier variables and services, not to later ones or to envFrom', () => {
    const result = environment({
      envFrom: [{ configMapRef: { name: 'settings' } }],
      env: [
        { name: 'A', value: 'a' },
        { name: 'B', value: '$(A)/$(C)/$(COLOR)/$(KUBERNETES_SERVICE_HOST)/$$(A)' },
        { name: 'C', value: 'c' },
      ],
    });
    expect(result['B']).toBe('a/$(C)/$(COLOR)/127.0.0.1/$(A)');
  });

  it('lets env win over envFrom, later envFrom over earlier, and prefixes', () => {
    const result = environment({
      envFrom: [
        { configMapRef: { name: 'settings' } },
        { prefix: 'P_', secretRef: { name: 'keys' } },
        { configMapRef: { name: 'absent', optional: true } },
      ],
      env: [{ name: 'COLOR', value: 'red' }],
    });
    expect(result).toEqual({
      KUBERNETES_SERVICE_HOST: '127.0.0.1',
      COLOR: 'red',
      'dotted.key': 'd',
      SIZE: 'L',
      P_token: 's3cret',
    });
  });

  it.each([
    ['metadata.name', 'web'],
    ['metadata.namespace', 'shop'],
    ['metadata.uid', 'u-1'],
    ["metadata.labels['app']", 'web'],
    ["metadata.annotations['note']", 'n'],
    ["metadata.annotations['none']", ''],
    ['spec.nodeName', 'node-1'],
    ['spec.serviceAccountName', 'robot'],
    ['status.hostIP', '10.0.0.1'],
    ['status.podIP', '10.0.0.9'],
  ])('resolves fieldRef %s', (fieldPath, expected) => {
    expect(environment({ env: [{ name: 'F', valueFrom: { fieldRef: { fieldPath } } }] })['F']).toBe(expected);
  });

  it.each<[ResourceFieldSelector, string]>([
    [{ resource: 'limits.cpu' }, '2'],
    [{ resource: 'limits.cpu', divisor: '1m' }, '500'],
    [{ resource: 'requests.memory' }, '0'],
    [{ resource: 'limits.memory', divisor: '1Mi' }, '1024'],
    [{ resource: 'limits.memory', containerName: 'other' }, '67108864'],
  ])('resolves resourceFieldRef %j to %s', (resourceFieldRef, expected) => {
    const container = {
      resources: { limits: resourceFieldRef.divisor === '1m' ? { cpu: '500m' } : {} },
      env: [{ name: 'R', valueFrom: { resourceFieldRef } }],
    };
    expect(environment(container)['R']).toBe(expected);
  });

  it('reads keys, and leaves optional ones that are absent unset', () => {
    const result = environment({
      env: [
        { name: 'T', valueFrom: { secretKeyRef: { name: 'keys', key: 'token' } } },
        { name: 'N', valueFrom: { secretKeyRef: { name: 'keys', key: 'no', optional: true } } },
        { name: 'M', valueFrom: { configMapKeyRef: { name: 'no', key: 'no', optional: true } } },
      ],
    });
    expect(result).toEqual({ KUBERNETES_SERVICE_HOST: '127.0.0.1', T: 's3cret' });
  });

  it.each([
    [{ envFrom: [{ configMapRef: { name: 'gone' } }] }, 'configmap "gone" not found'],
    [{ envFrom: [{ secretRef: { name: 'gone' } }] }, 'secret "gone" not found'],
    [
      { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'settings', key: 'no' } } }] },
      "couldn't find key no in ConfigMap shop/settings",
    ],
    [
      { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'keys', key: 'no' } } }] },
      "couldn't find key no in Secret shop/keys",
    ],
    [
      { env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'spec.x' } } }] },
      'unsupported fieldPath: spec.x',
    ],
  ])('says what is missing for %j', (container, message) => {
    expect(() => environment(container)).toThrow(message);
  });
});
