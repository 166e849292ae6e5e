import { describe, expect, it } from 'vitest';
import type { Deployment } from '../generated/api-types.ts';
import { beforeUpdate, beforeUpdateStatus } from '../lifecycle/before-update.ts';
import { created, decoded, type Members, patched, updateRefusals } from '../registry/decoded-fixture.ts';
import { cellsOf } from '../registry/kind-fixture.ts';
import { blueGreenAnnotations, liveGate } from './blue-green.ts';
import { deployment } from './deployment.ts';

const web: Members = {
  metadata: { name: 'web' },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'c', image: 'nginx:1' }] },
    },
  },
};
const specOf = (members: Members) => (created(deployment, members).object as Deployment).spec;

describe('defaults of deployments', () => {
  it('are those of apps/v1', () => {
    expect(specOf(web)).toMatchObject({
      replicas: 1,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      template: { spec: { restartPolicy: 'Always', terminationGracePeriodSeconds: 30 } },
    });
  });

  it('leave alone what is there', () => {
    const strategy = { rollingUpdate: { maxSurge: 1 } };
    expect(specOf(patched(web, { spec: { replicas: 0, strategy } }))).toMatchObject({
      replicas: 0,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: '25%' } },
    });
    expect(specOf(patched(web, { spec: { strategy: { type: 'Recreate' } } }))?.strategy).toEqual({
      type: 'Recreate',
    });
  });
});

describe('what a Deployment is refused for, as upstream says it', () => {
  const percent =
    "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";
  const rolling = (rollingUpdate: Members): Members => ({ spec: { strategy: { rollingUpdate } } });
  it.each<readonly [Members, string[]]>([
    [{}, []],
    [{ spec: { replicas: -1 } }, ['spec.replicas: Invalid value: -1: must be greater than or equal to 0']],
    [{ spec: { selector: null } }, ['spec.selector: Required value']],
    [
      { spec: { selector: { matchLabels: null } } },
      ['spec.selector: Invalid value: {}: empty selector is invalid for deployment'],
    ],
    [
      { spec: { selector: { matchLabels: { app: 'other' } } } },
      [
        'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`',
      ],
    ],
    [
      { spec: { template: { spec: { restartPolicy: 'Never' } } } },
      ['spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"'],
    ],
    [
      { spec: { template: { spec: { activeDeadlineSeconds: 5 } } } },
      [
        'spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicaSet is not Supported',
      ],
    ],
    [
      { spec: { strategy: { type: 'Recreate', rollingUpdate: { maxSurge: 1 } } } },
      ["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"],
    ],
    [
      { spec: { strategy: { type: 'BlueGreen' } } },
      [
        'spec.strategy: Unsupported value: {"type":"BlueGreen"}: supported values: "Recreate", "RollingUpdate"',
      ],
    ],
    [
      rolling({ maxSurge: 0, maxUnavailable: 0 }),
      ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0'],
    ],
    [
      rolling({ maxSurge: '0%', maxUnavailable: '0%' }),
      ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0'],
    ],
    [
      rolling({ maxSurge: -1, maxUnavailable: 'half' }),
      [
        `spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "half": ${percent}`,
        'spec.strategy.rollingUpdate.maxSurge: Invalid value: -1: must be greater than or equal to 0',
      ],
    ],
    [
      rolling({ maxSurge: '200%', maxUnavailable: '101%' }),
      ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be greater than 100%'],
    ],
    [
      { spec: { minReadySeconds: -1, revisionHistoryLimit: -1, progressDeadlineSeconds: -1 } },
      [
        'spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0',
        'spec.revisionHistoryLimit: Invalid value: -1: must be greater than or equal to 0',
        'spec.progressDeadlineSeconds: Invalid value: -1: must be greater than or equal to 0',
        'spec.progressDeadlineSeconds: Invalid value: -1: must be greater than minReadySeconds',
      ],
    ],
    [
      { spec: { minReadySeconds: 600 } },
      ['spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds'],
    ],
  ])('%j', (patch, refusals) => {
    expect(created(deployment, patched(web, patch)).refusals).toEqual(refusals);
  });

  it('a selector never changes', () => {
    const labels = { app: 'web', tier: 'front' };
    const next = patched(web, {
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels } } },
    });
    expect(updateRefusals(deployment, { current: web, next })).toEqual([
      'spec.selector: Invalid value: {"matchLabels":{"app":"web","tier":"front"}}: field is immutable',
    ]);
  });
});

describe('what an update of the status of a Deployment is refused for, as upstream says it', () => {
  it.each<readonly [Members, Members, string[]]>([
    [{}, { replicas: 2, readyReplicas: 2, availableReplicas: 1, terminatingReplicas: 3 }, []],
    [
      {},
      { replicas: 1, updatedReplicas: 2, readyReplicas: 3, availableReplicas: 4 },
      [
        'status.updatedReplicas: Invalid value: 2: cannot be greater than status.replicas',
        'status.readyReplicas: Invalid value: 3: cannot be greater than status.replicas',
        'status.availableReplicas: Invalid value: 4: cannot be greater than status.replicas',
        'status.availableReplicas: Invalid value: 4: cannot be greater than readyReplicas',
      ],
    ],
    [
      { collisionCount: 2 },
      { collisionCount: 1, terminatingReplicas: -1 },
      [
        'status.terminatingReplicas: Invalid value: -1: must be greater than or equal to 0',
        'status.collisionCount: Invalid value: 1: cannot be decremented',
      ],
    ],
  ])('%j → %j', (current, next, refusals) => {
    const { status } = deployment.strategy;
    expect(
      updateRefusals(
        deployment,
        { current: { ...web, status: current }, next: { ...web, status: next } },
        status,
      ),
    ).toEqual(refusals);
  });
});

describe('the generation of a Deployment', () => {
  const stored = () => {
    const { object } = created(deployment, web);
    return { ...object, metadata: { ...object.metadata, generation: 3, resourceVersion: '7' } };
  };
  const annotated = (object: ReturnType<typeof stored>) => ({
    ...object,
    metadata: { ...object.metadata, annotations: { 'deploy.example.com/by': 'hand' } },
  });

  it('counts changes of spec and of annotations, and none of labels', () => {
    const labelled = { ...stored(), metadata: { ...stored().metadata, labels: { a: 'b' } } };
    const scaled = decoded(deployment, patched(web, { spec: { replicas: 4 } }));
    const next = { ...scaled, metadata: stored().metadata };
    const generations = [labelled, annotated(stored()), next].map(
      (desired) => beforeUpdate(deployment, stored(), desired).object.metadata.generation,
    );
    expect(generations).toEqual([3, 4, 4]);
  });

  it('stands still where a controller writes status and annotation, which leaves spec and labels', () => {
    const desired = { ...annotated(stored()), spec: {}, status: { replicas: 1 } };
    const { object } = beforeUpdateStatus(deployment, stored(), {
      ...desired,
      metadata: { ...desired.metadata, labels: { a: 'b' } },
    });
    expect(object.metadata).toMatchObject({
      generation: 3,
      annotations: { 'deploy.example.com/by': 'hand' },
    });
    expect(object.metadata.labels).toBeUndefined();
    expect(object).toMatchObject({ spec: stored().spec, status: { replicas: 1 } });
  });
});

it('columns of deployments are those of kubectl', () => {
  const object = {
    ...created(deployment, patched(web, { spec: { replicas: 3 } })).object,
    status: { readyReplicas: 2, updatedReplicas: 3, availableReplicas: 1 },
  };
  expect(cellsOf(deployment, object, new Date())).toMatchObject({
    Name: 'web',
    Ready: '2/3',
    'Up-to-date': 3,
    Available: 1,
    'Containers*': 'c',
    'Images*': 'nginx:1',
    'Selector*': 'app=web',
  });
});

it('warns of names that are no host names, and of mistakes in the template', () => {
  const members = patched(web, {
    metadata: { name: 'a.b' },
    spec: { template: { spec: { imagePullSecrets: [{}] } } },
  });
  const { object } = created(deployment, members);
  const ofTemplate = 'spec.template.spec.imagePullSecrets[0].name: invalid empty name ""';
  expect(deployment.strategy.warnings?.(object)).toEqual([
    expect.stringContaining('metadata.name: this is used in Pod names and hostnames'),
    ofTemplate,
  ]);
  const later = { ...object, metadata: { ...object.metadata, generation: 2 } };
  expect(deployment.strategy.warnings?.(later, object)).toEqual([ofTemplate]);
  expect(deployment.strategy.warnings?.(object, object)).toEqual([]);
});

describe('what blue/green adds', () => {
  it('is no part of the template, should kubectl copy it back from a ReplicaSet', () => {
    const gates = [{ conditionType: 'example.com/warm' }, { conditionType: liveGate }];
    const spec = patched(web, { spec: { template: { spec: { readinessGates: gates } } } });
    expect(specOf(spec)?.template.spec?.readinessGates).toEqual([{ conditionType: 'example.com/warm' }]);
    const alone = patched(web, { spec: { template: { spec: { readinessGates: gates.slice(1) } } } });
    expect(specOf(alone)?.template.spec).not.toHaveProperty('readinessGates');
  });

  it('is warned of where it means nothing as it stands', () => {
    const annotations = {
      [blueGreenAnnotations.strategy]: 'bluegreen',
      [blueGreenAnnotations.autoPromote]: 'no',
      [blueGreenAnnotations.keepOldSeconds]: '60',
    };
    const { object } = created(deployment, patched(web, { metadata: { annotations } }));
    expect(deployment.strategy.warnings?.(object)).toEqual([
      'metadata.annotations[deploy.berth.dev/strategy]: "bluegreen" has no effect; use "BlueGreen"',
      'metadata.annotations[deploy.berth.dev/auto-promote]: "no" has no effect; use "true" or "false"',
    ]);
  });
});
