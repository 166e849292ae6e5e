import type { KubeObject } from '@berth/machinery';
import { describe, expect, test } from 'vitest';
import type {
  Container,
  LimitRangeItem,
  Pod,
  PodSpec,
  ResourceRequirements,
} from '../generated/api-types.ts';
import { beforeCreate } from '../lifecycle/before-create.ts';
import { pod } from '../pod/pod.ts';
import { objectOf } from '../registry/kind-fixture.ts';
import { limitRange } from './limit-range.ts';

function rangeOf(...limits: LimitRangeItem[]): KubeObject {
  return limitRange.strategy.applyDefaults(objectOf(limitRange, { spec: { limits } }));
}

function create(spec: Partial<PodSpec>, ...policies: readonly KubeObject[]): Pod {
  const asked = objectOf(pod, { spec: { containers: [container('c')], ...spec } });
  return beforeCreate(pod, asked, {
    now: new Date('2026-03-01T00:00:00Z'),
    newUid: () => 'uid-1',
    newNameSuffix: () => 'abcde',
    policies: (resource, namespace) =>
      resource === 'limitranges' && namespace === 'default' ? policies : [],
  }).object;
}

function container(
  name: string,
  resources: ResourceRequirements = {},
  more: Partial<Container> = {},
): Container {
  return { name, image: 'nginx', resources, ...more };
}

function refusal(spec: Partial<PodSpec>, ...policies: readonly KubeObject[]): string | undefined {
  try {
    create(spec, ...policies);
    return undefined;
  } catch (error) {
    expect(error).toMatchObject({ code: 'Forbidden' });
    return error instanceof Error ? error.message : '';
  }
}

const forbidden = (explanation: string) => `pods "a" is forbidden: ${explanation}`;

describe('a new pod under a LimitRange', () => {
  const defaults = rangeOf({
    type: 'Container',
    default: { cpu: '1', memory: '64Mi' },
    defaultRequest: { cpu: '100m', memory: '32Mi' },
  });

  test('gets what its containers leave out, says what, and has the QoS class that follows', () => {
    const made = create(
      {
        containers: [container('c'), container('d', { limits: { cpu: '2' } })],
        initContainers: [container('i', { requests: { memory: '8Mi' } })],
      },
      defaults,
    );
    expect(made.metadata.annotations).toEqual({
      'kubernetes.io/limit-ranger':
        'LimitRanger plugin set: cpu, memory request for container c; cpu, memory limit for container c; ' +
        'memory request for container d; memory limit for container d; ' +
        'cpu request for init container i; cpu, memory limit for init container i',
    });
    expect(made.spec?.containers?.map(({ resources }) => resources)).toEqual([
      { limits: { cpu: '1', memory: '64Mi' }, requests: { cpu: '100m', memory: '32Mi' } },
      { limits: { cpu: '2', memory: '64Mi' }, requests: { cpu: '2', memory: '32Mi' } },
    ]);
    expect(made.spec?.initContainers?.[0]?.resources).toEqual({
      limits: { cpu: '1', memory: '64Mi' },
      requests: { cpu: '100m', memory: '8Mi' },
    });
    expect(made.status?.qosClass).toBe('Burstable');
  });

  test('that leaves nothing out is left as it is', () => {
    const resources = { limits: { cpu: '1', memory: '1Mi' }, requests: { cpu: '1', memory: '1Mi' } };
    const made = create({ containers: [container('c', resources)] }, defaults);
    expect(made.metadata.annotations).toBeUndefined();
    expect(made.spec?.containers?.[0]?.resources).toEqual(resources);
  });

  test('is created as ever where there is none', () => {
    expect(create({}).spec?.containers?.[0]?.resources).toEqual({});
  });

  test.each<readonly [string, LimitRangeItem, Partial<PodSpec>, string | undefined]>([
    [
      'a request below the minimum',
      { type: 'Container', min: { cpu: '100m' } },
      { containers: [container('c', { requests: { cpu: '50m' } })] },
      'minimum cpu usage per Container is 100m, but request is 50m',
    ],
    [
      'a limit above the maximum, with the request that follows from it',
      { type: 'Container', max: { memory: '1Gi' } },
      { containers: [container('c', { limits: { memory: '2Gi' } })] },
      'maximum memory usage per Container is 1Gi, but limit is 2Gi',
    ],
    [
      'several violations of one range, each once',
      { type: 'Container', min: { cpu: '1' } },
      {
        containers: [
          container('c', { requests: { cpu: '50m' } }),
          container('d', { requests: { cpu: '50m' } }),
          container('e', { requests: { cpu: '60m' } }),
        ],
      },
      '[minimum cpu usage per Container is 1, but request is 50m, minimum cpu usage per Container is 1, but request is 60m]',
    ],
    [
      'a ratio that is too high',
      { type: 'Container', maxLimitRequestRatio: { cpu: '2' } },
      { containers: [container('c', { limits: { cpu: '2' }, requests: { cpu: '500m' } })] },
      'cpu max limit to request ratio per Container is 2, but provided ratio is 4.000000',
    ],
    [
      'a ratio without a request',
      { type: 'Container', maxLimitRequestRatio: { cpu: '2' } },
      {},
      'cpu max limit to request ratio per Container is 2, but no request is specified or request is 0',
    ],
    [
      'a ratio without a limit',
      { type: 'Container', maxLimitRequestRatio: { cpu: '2' } },
      { containers: [container('c', { requests: { cpu: '1' } })] },
      'cpu max limit to request ratio per Container is 2, but no limit is specified or limit is 0',
    ],
    [
      'a ratio that is just right',
      { type: 'Container', maxLimitRequestRatio: { cpu: '1500m' } },
      { containers: [container('c', { limits: { cpu: '300m' }, requests: { cpu: '200m' } })] },
      undefined,
    ],
    [
      'an init container',
      { type: 'Container', max: { cpu: '1' } },
      { initContainers: [container('i', { limits: { cpu: '2' } })] },
      'maximum cpu usage per Container is 1, but limit is 2',
    ],
    [
      'a pod without any limit',
      { type: 'Pod', max: { memory: '1Gi' } },
      {},
      'maximum memory usage per Pod is 1Gi.  No limit is specified',
    ],
    [
      'a pod without any request',
      { type: 'Pod', min: { memory: '1Gi' } },
      {},
      'minimum memory usage per Pod is 1Gi.  No request is specified',
    ],
    [
      'containers that are too much together',
      { type: 'Pod', max: { memory: '1Gi' } },
      {
        containers: [
          container('c', { limits: { memory: '1Gi' } }),
          container('d', { limits: { memory: '1Gi' } }),
        ],
      },
      'maximum memory usage per Pod is 1Gi, but limit is 2Gi',
    ],
    [
      'an init container beside the sidecar before it',
      { type: 'Pod', max: { cpu: '2' } },
      {
        initContainers: [
          container('s', { limits: { cpu: '1' } }, { restartPolicy: 'Always' }),
          container('i', { limits: { cpu: '1500m' } }),
        ],
      },
      'maximum cpu usage per Pod is 2, but limit is 2500m',
    ],
    [
      'an init container that fits, as it runs before the others',
      { type: 'Pod', max: { cpu: '2' } },
      {
        initContainers: [container('i', { limits: { cpu: '2' } })],
        containers: [container('c', { limits: { cpu: '1' } })],
      },
      undefined,
    ],
    [
      'what the pod says of itself as a whole',
      { type: 'Pod', max: { cpu: '2' } },
      {
        resources: { limits: { cpu: '3' }, requests: { cpu: '1' } },
        containers: [container('c', { limits: { cpu: '1' } })],
      },
      'maximum cpu usage per Pod is 2, but limit is 3',
    ],
    [
      'amounts whose thousandths no number holds',
      { type: 'Pod', max: { memory: '8Ei' } },
      { containers: [container('c', { limits: { memory: '7Ei' } })] },
      undefined,
    ],
  ])('is judged by %s', (...[, item, spec, explanation]) => {
    expect(refusal(spec, rangeOf(item))).toBe(explanation && forbidden(explanation));
  });

  test('hears of the first range that refuses, and of what is invalid before that', () => {
    const ranges = [
      rangeOf({ type: 'Pod', min: { cpu: '1' } }),
      rangeOf({ type: 'Pod', min: { memory: '1Gi' } }),
    ];
    expect(refusal({}, ...ranges)).toBe(
      forbidden('minimum cpu usage per Pod is 1.  No request is specified'),
    );
    expect(() => create({ containers: [] }, ...ranges)).toThrow('spec.containers: Required value');
  });

  test('cannot be made without asking for policies', () => {
    const context = { now: new Date(), newUid: () => 'uid-1', newNameSuffix: () => 'abcde' };
    expect(() => beforeCreate(pod, objectOf(pod, { spec: {} }), context)).toThrow(
      'a new Pod needs limitranges',
    );
  });
});
