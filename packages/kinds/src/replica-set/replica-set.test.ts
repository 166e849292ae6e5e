import { describe, expect, it } from 'vitest';
import type { ReplicaSet } from '../generated/api-types.ts';
import { beforeUpdate } from '../lifecycle/before-update.ts';
import { created, decoded, type Members, patched, updateRefusals } from '../registry/decoded-fixture.ts';
import { cellsOf } from '../registry/kind-fixture.ts';
import { replicaSet } from './replica-set.ts';

const web: Members = {
  metadata: { name: 'web' },
  spec: {
    selector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['web', 'site'] }] },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'c', image: 'nginx:1' }] },
    },
  },
};

it('a new ReplicaSet has the defaults of apps/v1, and no pods', () => {
  const { object } = created(replicaSet, { ...web, status: { replicas: 9 } });
  expect(object).toMatchObject({
    spec: { replicas: 1, template: { spec: { restartPolicy: 'Always', terminationGracePeriodSeconds: 30 } } },
    status: { replicas: 0 },
  });
  expect((object as ReplicaSet).metadata.labels).toBeUndefined();
  expect(
    (created(replicaSet, patched(web, { spec: { replicas: 0 } })).object as ReplicaSet).spec?.replicas,
  ).toBe(0);
});

describe('what a ReplicaSet is refused for, as upstream says it', () => {
  it.each<readonly [Members, string[]]>([
    [{}, []],
    [
      { spec: { replicas: -1, minReadySeconds: -2 } },
      [
        'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
        'spec.minReadySeconds: Invalid value: -2: must be greater than or equal to 0',
      ],
    ],
    [{ spec: { selector: null } }, ['spec.selector: Required value']],
    [
      { spec: { selector: { matchExpressions: null } } },
      ['spec.selector: Invalid value: {}: empty selector is invalid for deployment'],
    ],
    [
      { spec: { template: { metadata: { labels: { app: 'db' } } } } },
      [
        'spec.template.metadata.labels: Invalid value: {"app":"db"}: `selector` does not match template `labels`',
      ],
    ],
    [
      { spec: { template: { spec: { restartPolicy: 'OnFailure' } } } },
      ['spec.template.spec.restartPolicy: Unsupported value: "OnFailure": supported values: "Always"'],
    ],
  ])('%j', (patch, refusals) => {
    expect(created(replicaSet, patched(web, patch)).refusals).toEqual(refusals);
  });

  it('a change of its selector', () => {
    const next = patched(web, {
      spec: { selector: { matchExpressions: null, matchLabels: { app: 'web' } } },
    });
    expect(updateRefusals(replicaSet, { current: web, next })).toEqual([
      'spec.selector: Invalid value: {"matchLabels":{"app":"web"}}: field is immutable',
    ]);
  });
});

it.each<readonly [Members, string[]]>([
  [
    { replicas: 3, fullyLabeledReplicas: 3, readyReplicas: 2, availableReplicas: 1, terminatingReplicas: 5 },
    [],
  ],
  [
    { replicas: 1, fullyLabeledReplicas: 2, readyReplicas: 3, availableReplicas: 4 },
    [
      'status.fullyLabeledReplicas: Invalid value: 2: cannot be greater than status.replicas',
      'status.readyReplicas: Invalid value: 3: cannot be greater than status.replicas',
      'status.availableReplicas: Invalid value: 4: cannot be greater than status.replicas',
      'status.availableReplicas: Invalid value: 4: cannot be greater than readyReplicas',
    ],
  ],
  [
    { replicas: 0, terminatingReplicas: -1, observedGeneration: -1 },
    [
      'status.terminatingReplicas: Invalid value: -1: must be greater than or equal to 0',
      'status.observedGeneration: Invalid value: -1: must be greater than or equal to 0',
    ],
  ],
])('the counts of a ReplicaSet fit together: %j', (status, refusals) => {
  const current = { ...web, status: { replicas: 0 } };
  expect(
    updateRefusals(replicaSet, { current, next: { ...web, status } }, replicaSet.strategy.status),
  ).toEqual(refusals);
});

it('the generation of a ReplicaSet counts changes of its spec alone', () => {
  const { object } = created(replicaSet, web);
  const stored = { ...object, metadata: { ...object.metadata, generation: 3, resourceVersion: '7' } };
  const annotated = { ...stored, metadata: { ...stored.metadata, annotations: { a: 'b' } } };
  const larger = {
    ...decoded(replicaSet, patched(web, { spec: { replicas: 4 } })),
    metadata: stored.metadata,
  };
  const generations = [annotated, larger].map(
    (desired) => beforeUpdate(replicaSet, stored, desired).object.metadata.generation,
  );
  expect(generations).toEqual([3, 4]);
});

it('columns of ReplicaSets are those of kubectl', () => {
  const { object } = created(replicaSet, patched(web, { spec: { replicas: 3 } }));
  expect(
    cellsOf(replicaSet, { ...object, status: { replicas: 2, readyReplicas: 1 } }, new Date()),
  ).toMatchObject({
    Name: 'web',
    Desired: 3,
    Current: 2,
    Ready: 1,
    'Containers*': 'c',
    'Images*': 'nginx:1',
    'Selector*': 'app in (site,web)',
  });
  expect(cellsOf(replicaSet, object, new Date())).toMatchObject({ Current: 0, Ready: 0 });
});

it('a ReplicaSet can be selected by how many replicas it has', () => {
  const { object } = created(replicaSet, web);
  const field = replicaSet.selectableFields['status.replicas'];
  expect([field?.(object), field?.({ ...object, status: { replicas: 2 } })]).toEqual(['0', '2']);
});

it('warns of names that are no host names, and of mistakes in the template', () => {
  const { object } = created(
    replicaSet,
    patched(web, {
      metadata: { name: 'a.b' },
      spec: { template: { spec: { imagePullSecrets: [{}] } } },
    }),
  );
  const ofTemplate = 'spec.template.spec.imagePullSecrets[0].name: invalid empty name ""';
  expect(replicaSet.strategy.warnings?.(object)).toEqual([
    expect.stringContaining('metadata.name: this is used in Pod names and hostnames'),
    ofTemplate,
  ]);
  const later = { ...object, metadata: { ...object.metadata, generation: 2 } };
  expect(replicaSet.strategy.warnings?.(later, object)).toEqual([ofTemplate]);
  expect(replicaSet.strategy.warnings?.(object, object)).toEqual([]);
});
