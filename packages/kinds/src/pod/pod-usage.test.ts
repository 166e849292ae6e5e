import type { ObjectUsage } from '@berth/machinery';
import { describe, expect, test } from 'vitest';
import type { Container, PodSpec } from '../generated/api-types.ts';
import { objectOf } from '../registry/kind-fixture.ts';
import { pod } from './pod.ts';
import { podUsage } from './pod-usage.ts';

function container(
  name: string,
  resources: Container['resources'] = {},
  more: Partial<Container> = {},
): Container {
  return { name, image: 'x', resources, ...more };
}

const full = { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '1', memory: '128Mi' } };
const usageOf = (spec: Partial<PodSpec>, phase?: string): ObjectUsage =>
  podUsage(
    objectOf(pod, {
      spec: { containers: [container('c', full)], ...spec },
      ...(phase && { status: { phase } }),
    }),
  );

describe('what a pod uses', () => {
  test.each<[string, Partial<PodSpec>, Record<string, string>]>([
    [
      'is the sum of its containers, and itself',
      {
        containers: [
          container('a', full),
          container('b', { requests: { cpu: '1', 'ephemeral-storage': '1Gi' } }),
        ],
      },
      {
        pods: '1',
        'requests.cpu': '1100m',
        'requests.memory': '64Mi',
        'requests.ephemeral-storage': '1Gi',
        'limits.cpu': '1',
        'limits.memory': '128Mi',
      },
    ],
    [
      'is what its largest init container needs, where that is more',
      {
        initContainers: [
          container('i', { requests: { cpu: '3' } }),
          container('j', { requests: { memory: '1Mi' } }),
        ],
      },
      {
        pods: '1',
        'requests.cpu': '3',
        'requests.memory': '64Mi',
        'limits.cpu': '1',
        'limits.memory': '128Mi',
      },
    ],
    [
      'counts sidecars with the containers',
      { initContainers: [container('s', { requests: { cpu: '50m' } }, { restartPolicy: 'Always' })] },
      {
        pods: '1',
        'requests.cpu': '150m',
        'requests.memory': '64Mi',
        'limits.cpu': '1',
        'limits.memory': '128Mi',
      },
    ],
    [
      'is what the pod says for itself, and the overhead on top',
      {
        resources: { requests: { cpu: '2' }, limits: { cpu: '4' } },
        overhead: { cpu: '250m', 'ephemeral-storage': '1Mi' },
      },
      {
        pods: '1',
        'requests.cpu': '2250m',
        'requests.memory': '64Mi',
        'requests.ephemeral-storage': '1Mi',
        'limits.cpu': '4250m',
        'limits.memory': '128Mi',
      },
    ],
    [
      'has extended resources and huge pages by their requests alone',
      {
        containers: [
          container('c', {
            requests: { 'example.com/gpu': '2', 'hugepages-2Mi': '4Mi', 'kubernetes.io/odd': '1' },
            limits: { 'example.com/gpu': '2', 'hugepages-2Mi': '4Mi', 'kubernetes.io/odd': '1' },
          }),
        ],
      },
      { pods: '1', 'requests.example.com/gpu': '2', 'requests.hugepages-2Mi': '4Mi' },
    ],
    [
      'is metered from the time that a node has it',
      { nodeName: 'n' },
      {
        pods: '1',
        'requests.cpu': '100m',
        'requests.memory': '64Mi',
        'running.cpu': '100m',
        'running.memory': '64Mi',
        'limits.cpu': '1',
        'limits.memory': '128Mi',
      },
    ],
  ])('%s', (_name, spec, amounts) => {
    expect(usageOf(spec).amounts).toEqual(amounts);
  });

  test.each(['Succeeded', 'Failed'])('is nothing but its existence once it has %s', (phase) => {
    expect(usageOf({}, phase)).toEqual({ tags: ['NotTerminating', 'NotBestEffort'], amounts: {} });
    expect(usageOf({}, 'Running').amounts['pods']).toBe('1');
  });

  test.each<[Partial<PodSpec>, string[]]>([
    [{}, ['NotTerminating', 'NotBestEffort']],
    [{ activeDeadlineSeconds: 0 }, ['Terminating', 'NotBestEffort']],
    [{ containers: [container('c')] }, ['NotTerminating', 'BestEffort']],
    [
      { priorityClassName: 'high' },
      ['NotTerminating', 'NotBestEffort', 'PriorityClass', 'PriorityClass=high'],
    ],
    [
      {
        affinity: {
          podAntiAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              { weight: 1, podAffinityTerm: { topologyKey: 'x', namespaceSelector: {} } },
            ],
          },
        },
      },
      ['NotTerminating', 'NotBestEffort', 'CrossNamespacePodAffinity'],
    ],
    [
      {
        affinity: {
          podAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'x', namespaces: [] }],
          },
        },
      },
      ['NotTerminating', 'NotBestEffort'],
    ],
  ])('in the scopes of %j', (spec, tags) => {
    expect(usageOf(spec).tags).toEqual(tags);
  });

  test('leaves open what single containers do not say', () => {
    const { unspecified } = usageOf({
      containers: [container('b', { limits: { cpu: '1' } }), container('a', full)],
      initContainers: [container('a')],
    });
    expect(unspecified).toEqual({
      'limits.cpu': ['a'],
      'limits.memory': ['a', 'b'],
      'requests.cpu': ['a', 'b'],
      'requests.memory': ['a', 'b'],
    });
    expect(usageOf({}).unspecified).toBeUndefined();
  });
});
