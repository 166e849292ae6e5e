import { describe, expect, it } from 'vitest';
import { created, type Members, patched, updateRefusals } from '../registry/decoded-fixture.ts';
import { cellsOf } from '../registry/kind-fixture.ts';
import { replicationController } from './replication-controller.ts';

const web: Members = {
  metadata: { name: 'web' },
  spec: {
    template: {
      metadata: { labels: { app: 'web', tier: 'front' } },
      spec: { containers: [{ name: 'c', image: 'nginx:1' }] },
    },
  },
};

it('a ReplicationController selects and is called by the labels of its template, unless it says otherwise', () => {
  const labels = { app: 'web', tier: 'front' };
  expect(created(replicationController, web).object).toMatchObject({
    metadata: { labels },
    spec: { replicas: 1, selector: labels },
    status: { replicas: 0 },
  });
  const own = patched(web, { metadata: { labels: { own: 'label' } }, spec: { selector: { app: 'web' } } });
  expect(created(replicationController, own)).toMatchObject({
    object: { metadata: { labels: { own: 'label' } }, spec: { selector: { app: 'web' } } },
    refusals: [],
  });
  expect(created(replicationController, own).object).not.toMatchObject({ spec: { selector: labels } });
});

describe('what a ReplicationController is refused for, as upstream says it', () => {
  it.each<readonly [Members, string[]]>([
    [{}, []],
    [
      { spec: { replicas: -1, minReadySeconds: -2 } },
      [
        'spec.minReadySeconds: Invalid value: -2: must be greater than or equal to 0',
        'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
      ],
    ],
    [{ spec: { template: null } }, ['spec.selector: Required value', 'spec.template: Required value']],
    [
      { spec: { selector: { app: 'db' } } },
      [
        'spec.template.metadata.labels: Invalid value: {"app":"web","tier":"front"}: `selector` does not match template `labels`',
      ],
    ],
    [
      { spec: { template: { spec: { restartPolicy: 'Never', activeDeadlineSeconds: 5 } } } },
      [
        'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
        'spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicationController is not Supported',
      ],
    ],
  ])('%j', (patch, refusals) => {
    expect(created(replicationController, patched(web, patch)).refusals).toEqual(refusals);
  });

  it('not a change of its selector', () => {
    const next = patched(web, { spec: { selector: { app: 'web' } } });
    expect(updateRefusals(replicationController, { current: web, next })).toEqual([]);
  });

  it('counts in its status that do not fit together', () => {
    const next = { ...web, status: { replicas: 1, readyReplicas: 2 } };
    const { status } = replicationController.strategy;
    expect(updateRefusals(replicationController, { current: web, next }, status)).toEqual([
      'status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas',
    ]);
  });
});

it('columns of ReplicationControllers are those of kubectl', () => {
  const { object } = created(replicationController, web);
  expect(cellsOf(replicationController, { ...object, status: { replicas: 1 } }, new Date())).toMatchObject({
    Desired: 1,
    Current: 1,
    Ready: 0,
    'Selector*': 'app=web,tier=front',
  });
});
