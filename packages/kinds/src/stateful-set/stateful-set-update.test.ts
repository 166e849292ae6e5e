import { describe, expect, it } from 'vitest';
import { type Members, patched, updateRefusals } from '../registry/decoded-fixture.ts';
import { validStatefulSet as valid } from './stateful-set-fixture.ts';
import { statefulSet } from './stateful-set.ts';

const forbidden =
  "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

describe('what an update of a StatefulSet is refused for, as upstream says it', () => {
  it.each<readonly [Members, string[]]>([
    [
      {
        spec: {
          replicas: 3,
          ordinals: { start: 2 },
          template: { spec: { hostNetwork: true } },
          updateStrategy: { type: 'OnDelete' },
          revisionHistoryLimit: 1,
          persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete' },
          minReadySeconds: 5,
        },
      },
      [],
    ],
    [{ spec: { podManagementPolicy: 'Parallel' } }, [forbidden]],
    [{ spec: { serviceName: 'Not A Label' } }, [forbidden]],
    [{ spec: { volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: {} }] } }, [forbidden]],
    [
      {
        spec: {
          selector: { matchLabels: { tier: 'x' } },
          template: { metadata: { labels: { tier: 'x' } } },
        },
      },
      [forbidden],
    ],
    [{ spec: { replicas: -1 } }, ['spec.replicas: Invalid value: -1: must be greater than or equal to 0']],
    [
      { spec: { template: { spec: { containers: null } } } },
      ['spec.template.spec.containers: Required value'],
    ],
  ])('%j', (patch, expected) => {
    expect(updateRefusals(statefulSet, { current: valid, next: patched(valid, patch) })).toEqual(expected);
  });

  it('is not a template that was wrong before', () => {
    const current = patched(valid, { spec: { template: { spec: { containers: null } } } });
    const next = patched(current, { spec: { replicas: 2 } });
    expect(updateRefusals(statefulSet, { current, next })).toEqual([]);
  });
});

describe('the status of a StatefulSet', () => {
  it.each<readonly [Members, string[]]>([
    [{ replicas: 3, readyReplicas: 2, availableReplicas: 1, currentReplicas: 3, collisionCount: 2 }, []],
    [
      { replicas: -1, observedGeneration: -1, collisionCount: 2 },
      [
        'status.replicas: Invalid value: -1: must be greater than or equal to 0',
        'status.observedGeneration: Invalid value: -1: must be greater than or equal to 0',
        ...['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'].map(
          (field) => `status.${field}: Invalid value: 0: cannot be greater than status.replicas`,
        ),
      ],
    ],
    [
      { replicas: 1, readyReplicas: 2, updatedReplicas: 2, availableReplicas: 3, collisionCount: 1 },
      [
        'status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas',
        'status.updatedReplicas: Invalid value: 2: cannot be greater than status.replicas',
        'status.availableReplicas: Invalid value: 3: cannot be greater than status.replicas',
        'status.availableReplicas: Invalid value: 3: cannot be greater than status.readyReplicas',
        'status.collisionCount: Invalid value: 1: cannot be decremented',
      ],
    ],
  ])('%j', (status, expected) => {
    const current = { ...valid, status: { replicas: 1, collisionCount: 2 } };
    const next = { ...valid, status };
    expect(updateRefusals(statefulSet, { current, next }, statefulSet.strategy.status)).toEqual(expected);
  });
});
