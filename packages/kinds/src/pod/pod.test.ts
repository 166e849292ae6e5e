import type { KubeObject } from '@berth/machinery';
import { describe, expect, it } from 'vitest';
import type { PodSpec } from '../generated/api-types.ts';
import { beforeCreate } from '../lifecycle/before-create.ts';
import { beforeUpdate, beforeUpdateStatus } from '../lifecycle/before-update.ts';
import { objectOf } from '../registry/kind-fixture.ts';
import { pod } from './pod.ts';

const context = {
  now: new Date('2026-03-01T00:00:00Z'),
  newUid: () => 'uid-1',
  newNameSuffix: () => 'abcde',
  policies: () => [],
};
const containers = [{ name: 'c', image: 'nginx' }];

function create(spec: Partial<PodSpec> = {}, metadata: Record<string, unknown> = {}): KubeObject {
  const object = objectOf(pod, { spec: { containers, ...spec } });
  return beforeCreate(pod, { ...object, metadata: { ...object.metadata, ...metadata } }, context).object;
}

describe('a new pod', () => {
  it('gets every default that Kubernetes sets', () => {
    expect(create()).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'a',
        namespace: 'default',
        uid: 'uid-1',
        creationTimestamp: '2026-03-01T00:00:00Z',
        generation: 1,
      },
      spec: {
        containers: [
          {
            name: 'c',
            image: 'nginx',
            imagePullPolicy: 'Always',
            resources: {},
            terminationMessagePath: '/dev/termination-log',
            terminationMessagePolicy: 'File',
          },
        ],
        dnsPolicy: 'ClusterFirst',
        enableServiceLinks: true,
        preemptionPolicy: 'PreemptLowerPriority',
        priority: 0,
        restartPolicy: 'Always',
        schedulerName: 'default-scheduler',
        securityContext: {},
        serviceAccount: 'default',
        serviceAccountName: 'default',
        terminationGracePeriodSeconds: 30,
        tolerations: [
          {
            key: 'node.kubernetes.io/not-ready',
            operator: 'Exists',
            effect: 'NoExecute',
            tolerationSeconds: 300,
          },
          {
            key: 'node.kubernetes.io/unreachable',
            operator: 'Exists',
            effect: 'NoExecute',
            tolerationSeconds: 300,
          },
        ],
      },
      status: { phase: 'Pending', qosClass: 'BestEffort' },
    });
  });

  it.each<readonly [string, Partial<PodSpec>, Partial<PodSpec>]>([
    [
      'what it limits',
      { containers: [{ name: 'c', image: 'a:1', resources: { limits: { cpu: '1' } } }] },
      {
        containers: [
          expect.objectContaining({ resources: { limits: { cpu: '1' }, requests: { cpu: '1' } } }),
        ],
      },
    ],
    [
      'thousandths at least',
      {
        containers: [{ name: 'c', image: 'a:1', resources: { requests: { cpu: '1u', memory: '999999n' } } }],
      },
      { containers: [expect.objectContaining({ resources: { requests: { cpu: '1m', memory: '1m' } } })] },
    ],
    [
      'probes their times',
      { containers: [{ name: 'c', image: 'a:1', livenessProbe: { httpGet: { port: 80 } } }] },
      {
        containers: [
          expect.objectContaining({
            livenessProbe: {
              httpGet: { port: 80, path: '/', scheme: 'HTTP' },
              timeoutSeconds: 1,
              periodSeconds: 10,
              successThreshold: 1,
              failureThreshold: 3,
            },
          }),
        ],
      },
    ],
    ['volumes without a source', { volumes: [{ name: 'v' }] }, { volumes: [{ name: 'v', emptyDir: {} }] }],
    [
      'tokens an hour',
      { volumes: [{ name: 'v', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } }] },
      {
        volumes: [
          {
            name: 'v',
            projected: {
              defaultMode: 420,
              sources: [{ serviceAccountToken: { path: 't', expirationSeconds: 3600 } }],
            },
          },
        ],
      },
    ],
    [
      'the old name of its account',
      { serviceAccount: 'x' },
      { serviceAccount: 'x', serviceAccountName: 'x' },
    ],
    [
      'ports of the host on its network',
      { hostNetwork: true, containers: [{ name: 'c', image: 'a:1', ports: [{ containerPort: 80 }] }] },
      {
        containers: [
          expect.objectContaining({ ports: [{ containerPort: 80, hostPort: 80, protocol: 'TCP' }] }),
        ],
      },
    ],
    [
      'its class',
      { priorityClassName: 'system-node-critical' },
      { priorityClassName: 'system-node-critical', priority: 2_000_001_000 },
    ],
  ])('gets of its own spec: %s', (_what, given, expected) => {
    expect(create(given).spec).toMatchObject(expected);
  });

  it.each<readonly [string, Partial<PodSpec>]>([
    ['BestEffort', {}],
    ['Burstable', { containers: [{ name: 'c', image: 'a', resources: { requests: { cpu: '1' } } }] }],
    ['Burstable', { containers: [{ name: 'c', image: 'a', resources: { limits: { cpu: '1' } } }] }],
    [
      'Guaranteed',
      { containers: [{ name: 'c', image: 'a', resources: { limits: { cpu: '1', memory: '1Gi' } } }] },
    ],
    [
      'Burstable',
      { containers: [...containers, { name: 'd', image: 'a', resources: { limits: { cpu: '1' } } }] },
    ],
    ['Guaranteed', { resources: { limits: { cpu: '1', memory: '1Gi' } } }],
  ])('is of class %s', (expected, spec) => {
    expect(create(spec).status).toMatchObject({ qosClass: expected });
  });

  it('waits behind its scheduling gates', () => {
    expect(create({ schedulingGates: [{ name: 'a' }] }).status).toMatchObject({
      conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }],
    });
  });

  it('takes its own labels into selectors that ask for them', () => {
    const { spec } = create(
      {
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: 'zone',
            whenUnsatisfiable: 'DoNotSchedule',
            labelSelector: {},
            matchLabelKeys: ['rev', 'absent'],
          },
        ],
      },
      { labels: { rev: '7' } },
    );
    expect(spec).toMatchObject({
      topologySpreadConstraints: [
        { labelSelector: { matchExpressions: [{ key: 'rev', operator: 'In', values: ['7'] }] } },
      ],
    });
  });

  it('takes its AppArmor annotation into the container', () => {
    const key = 'container.apparmor.security.beta.kubernetes.io/c';
    const { spec } = create({}, { annotations: { [key]: 'localhost/p' } });
    const profile = { type: 'Localhost', localhostProfile: 'p' };
    expect(spec).toMatchObject({ containers: [{ securityContext: { appArmorProfile: profile } }] });
  });

  it('is what it was after it has been through defaults twice', () => {
    const once = create({ hostNetwork: true, volumes: [{ name: 'v' }] });
    expect(pod.strategy.applyDefaults(once)).toEqual(once);
  });

  it('is not changed in place', () => {
    const object = objectOf(pod, { spec: { containers: [{ name: 'c', image: 'a' }] } });
    const before = structuredClone(object);
    pod.strategy.prepareForCreate(pod.strategy.applyDefaults(object));
    expect(object).toEqual(before);
  });
});

describe('an update of a pod', () => {
  it('keeps status, tolerations and priority, and counts as a generation', () => {
    const current = create();
    const { tolerations: _t, priority: _p, preemptionPolicy: _pp, ...spec } = current.spec as PodSpec;
    const desired = { ...current, spec: { ...spec, activeDeadlineSeconds: 9 }, status: {} };
    const { object } = beforeUpdate(pod, current, desired);
    expect(object.spec).toEqual({ ...current.spec, activeDeadlineSeconds: 9 });
    expect(object.status).toEqual(current.status);
    expect(object.metadata.generation).toBe(2);
  });
});

describe('an update of a pod status', () => {
  it('changes neither spec nor owners, and keeps what a node forgets', () => {
    const owner = { apiVersion: 'v1', kind: 'X', name: 'x', uid: 'u' };
    const current = create({}, { ownerReferences: [owner] });
    const desired = {
      ...current,
      metadata: { ...current.metadata, ownerReferences: [] },
      spec: { containers: [] },
      status: { phase: 'Running', podIP: '10.0.0.1' },
    };
    const { object } = beforeUpdateStatus(pod, current, desired);
    expect(object.spec).toEqual(current.spec);
    expect(object.metadata.ownerReferences).toEqual([owner]);
    expect(object.status).toEqual({
      phase: 'Running',
      podIP: '10.0.0.1',
      podIPs: [{ ip: '10.0.0.1' }],
      qosClass: 'BestEffort',
    });
  });

  it('keeps the generation of a condition that comes without one', () => {
    const current = {
      ...create(),
      status: { conditions: [{ type: 'Ready', status: 'True', observedGeneration: 4 }] },
    };
    const desired = { ...current, status: { conditions: [{ type: 'Ready', status: 'False' }] } };
    expect(beforeUpdateStatus(pod, current, desired).object.status).toMatchObject({
      conditions: [{ type: 'Ready', status: 'False', observedGeneration: 4 }],
    });
  });
});

describe('the grace of a deletion', () => {
  const running = {
    spec: { nodeName: 'n', terminationGracePeriodSeconds: 30 },
    status: { phase: 'Running' },
  };
  it.each<readonly [string, Record<string, unknown>, number | undefined, number]>([
    ['is the pod’s own', running, undefined, 30],
    ['is what the request says', running, 5, 5],
    ['can be none', running, 0, 0],
    ['is one second if negative', running, -1, 1],
    ['is none for a pod without a node', { ...running, spec: {} }, 30, 0],
    ['is none for a pod that has ended', { ...running, status: { phase: 'Succeeded' } }, 30, 0],
    ['is none for a pod that has failed', { ...running, status: { phase: 'Failed' } }, undefined, 0],
  ])('%s', (...[, members, requested, expected]) => {
    expect(pod.deletionGraceSeconds?.(objectOf(pod, members), requested)).toBe(expected);
  });
});

it('can be selected by what its fields say, and is assigned to its node', () => {
  const object = objectOf(pod, {
    spec: { nodeName: 'n', hostNetwork: true, restartPolicy: 'Never' },
    status: { phase: 'Running', podIPs: [{ ip: '10.0.0.1' }] },
  });
  const selectable = Object.entries(pod.selectableFields).map(([field, of]) => [field, of(object)]);
  expect(Object.fromEntries(selectable)).toEqual({
    'spec.nodeName': 'n',
    'spec.restartPolicy': 'Never',
    'spec.schedulerName': '',
    'spec.serviceAccountName': '',
    'spec.hostNetwork': 'true',
    'status.phase': 'Running',
    'status.podIP': '10.0.0.1',
    'status.nominatedNodeName': '',
  });
  expect(pod.assignedNode?.(object)).toBe('n');
  expect(pod.assignedNode?.(objectOf(pod))).toBeUndefined();
});
