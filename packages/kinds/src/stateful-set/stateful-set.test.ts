import { describe, expect, it } from 'vitest';
import { created, decoded, type Members, patched } from '../registry/decoded-fixture.ts';
import { cellsOf } from '../registry/kind-fixture.ts';
import { statefulSet } from './stateful-set.ts';
import { validStatefulSet as valid } from './stateful-set-fixture.ts';

const claim = (name: string, spec: Members = {}): Members => ({
  metadata: { name },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
});

describe('a new StatefulSet', () => {
  it('has defaults, its claims too, and no status of its own', () => {
    const { object, refusals } = created(statefulSet, {
      ...patched(valid, { spec: { volumeClaimTemplates: [claim('data')] } }),
      status: { replicas: 3 },
    });
    expect(refusals).toEqual([]);
    expect(object).toMatchObject({
      spec: {
        replicas: 1,
        podManagementPolicy: 'OrderedReady',
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0, maxUnavailable: 1 } },
        persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
        revisionHistoryLimit: 10,
        volumeClaimTemplates: [
          {
            apiVersion: 'v1',
            kind: 'PersistentVolumeClaim',
            metadata: { name: 'data' },
            spec: { volumeMode: 'Filesystem' },
            status: { phase: 'Pending' },
          },
        ],
      },
      status: { replicas: 0, availableReplicas: 0 },
    });
  });

  it.each<readonly [Members, Members]>([
    [{ type: 'OnDelete' }, { type: 'OnDelete' }],
    [{ type: 'RollingUpdate' }, { type: 'RollingUpdate' }],
    [
      { rollingUpdate: { partition: 2 } },
      { type: 'RollingUpdate', rollingUpdate: { partition: 2, maxUnavailable: 1 } },
    ],
  ])('with the strategy %j gets %j', (updateStrategy, expected) => {
    expect(decoded(statefulSet, patched(valid, { spec: { updateStrategy } }))).toHaveProperty(
      'spec.updateStrategy',
      expected,
    );
  });
});

describe('what a StatefulSet is refused for, as upstream says it', () => {
  it.each<readonly [Members, string[]]>([
    [
      { spec: null },
      [
        'spec.selector: Required value',
        'spec.template.metadata.labels: Invalid value: null: `selector` does not match template `labels`',
        'spec.template.spec.containers: Required value',
      ],
    ],
    [
      { spec: { selector: { matchLabels: { app: null } } } },
      ['spec.selector: Invalid value: {}: empty selector is invalid for statefulset'],
    ],
    [
      { spec: { podManagementPolicy: 'Any' } },
      [`spec.podManagementPolicy: Invalid value: "Any": must be 'OrderedReady' or 'Parallel'`],
    ],
    [
      { spec: { updateStrategy: { type: 'Later' } } },
      [
        `spec.updateStrategy: Invalid value: {"Type":"Later","RollingUpdate":null}: must be 'RollingUpdate' or 'OnDelete'`,
      ],
    ],
    [
      { spec: { updateStrategy: { type: 'OnDelete', rollingUpdate: { partition: 1 } } } },
      [
        `spec.updateStrategy.rollingUpdate: Invalid value: {"Partition":1,"MaxUnavailable":null}: only allowed for updateStrategy 'RollingUpdate'`,
      ],
    ],
    [
      { spec: { updateStrategy: { rollingUpdate: { partition: -1, maxUnavailable: 0 } } } },
      [
        'spec.updateStrategy.rollingUpdate.partition: Invalid value: -1: must be greater than or equal to 0',
        'spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: 0: cannot be 0',
      ],
    ],
    [
      { spec: { updateStrategy: { rollingUpdate: { maxUnavailable: '200%' } } } },
      [
        'spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: "200%": must not be greater than 100%',
      ],
    ],
    [
      { spec: { persistentVolumeClaimRetentionPolicy: { whenScaled: 'Keep' } } },
      [
        'spec.persistentVolumeClaimRetentionPolicy.whenScaled: Unsupported value: "Keep": supported values: "Retain", "Delete"',
      ],
    ],
    [
      { spec: { replicas: -1, minReadySeconds: -1, ordinals: { start: -1 } } },
      [
        'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
        'spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0',
        'spec.ordinals.start: Invalid value: -1: must be greater than or equal to 0',
      ],
    ],
    [
      { spec: { template: { spec: { restartPolicy: 'OnFailure', activeDeadlineSeconds: 1 } } } },
      [
        'spec.template.spec.restartPolicy: Unsupported value: "OnFailure": supported values: "Always"',
        'spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in StatefulSet is not Supported',
      ],
    ],
    [
      { spec: { volumeClaimTemplates: [claim('data', { accessModes: [] })] } },
      ['spec.volumeClaimTemplates[0].spec.accessModes: Required value: at least 1 access mode is required'],
    ],
    [
      {
        spec: {
          template: {
            spec: {
              containers: [{ name: 'c', image: 'x', volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
            },
          },
        },
      },
      ['spec.template.spec.containers[0].volumeMounts[0].name: Not found: "data"'],
    ],
    [
      {
        spec: {
          volumeClaimTemplates: [claim('data')],
          template: {
            spec: {
              volumes: [{ name: 'data', hostPath: { path: '/a' } }],
              containers: [{ name: 'c', image: 'x', volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
            },
          },
        },
      },
      [],
    ],
  ])('%j', (patch, expected) => {
    expect(created(statefulSet, patched(valid, patch)).refusals).toEqual(expected);
  });

  it('is a name or a Service that cannot be part of a host name', () => {
    expect(statefulSet.nameRule?.('a.b')).not.toEqual([]);
    const { refusals } = created(statefulSet, patched(valid, { spec: { serviceName: 'a.b' } }));
    expect(refusals).toEqual(['spec.serviceName: Invalid value: "a.b": must not contain dots']);
  });
});

describe('a StatefulSet as kubectl shows it', () => {
  it('has its ready pods and its template, but no selector', () => {
    const object = decoded(
      statefulSet,
      patched(valid, {
        metadata: { creationTimestamp: '2026-03-01T00:00:00Z' },
        spec: { replicas: 3 },
        status: { replicas: 3, readyReplicas: 2 },
      }),
    );
    expect(cellsOf(statefulSet, object, new Date('2026-03-01T00:05:00Z'))).toEqual({
      Name: 'web',
      Ready: '2/3',
      Age: '5m',
      'Containers*': 'c',
      'Images*': 'x:1',
    });
  });

  it('warns of fractions of bytes and of a history without end', () => {
    const volumeClaimTemplates = [claim('data', { resources: { requests: { storage: '100m' } } })];
    const object = decoded(
      statefulSet,
      patched(valid, { spec: { volumeClaimTemplates, revisionHistoryLimit: -1 } }),
    );
    const history =
      'spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended';
    const fraction = 'fractional byte value "100m" is invalid, must be an integer';
    expect(statefulSet.strategy.warnings?.(object)).toEqual([
      `spec.volumeClaimTemplates[0].resources.requests[storage]: ${fraction}`,
      history,
    ]);
    expect(statefulSet.strategy.warnings?.(object, object)).toEqual([
      `spec.volumeClaimTemplates[0].Spec.resources.requests[storage]: ${fraction}`,
      history,
    ]);
  });
});
