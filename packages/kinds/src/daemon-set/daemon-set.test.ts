import { describe, expect, it } from 'vitest';
import { created, decoded, type Members, patched, updateRefusals } from '../registry/decoded-fixture.ts';
import { cellsOf } from '../registry/kind-fixture.ts';
import type { DaemonSet } from '../generated/api-types.ts';
import { daemonSet } from './daemon-set.ts';

const valid: Members = {
  metadata: { name: 'agent' },
  spec: {
    selector: { matchLabels: { app: 'agent' } },
    template: {
      metadata: { labels: { app: 'agent' } },
      spec: { containers: [{ name: 'c', image: 'x:1' }] },
    },
  },
};

const rolling = (rollingUpdate: Members): Members => ({ spec: { updateStrategy: { rollingUpdate } } });

describe('a new DaemonSet', () => {
  it('has defaults, no status of its own, and counts its templates', () => {
    const { object, refusals } = created(daemonSet, { ...valid, status: { numberReady: 3 } });
    expect(refusals).toEqual([]);
    expect(object).toMatchObject({
      metadata: { annotations: { 'deprecated.daemonset.template.generation': '1' } },
      spec: {
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
        revisionHistoryLimit: 10,
        template: { spec: { restartPolicy: 'Always', terminationGracePeriodSeconds: 30 } },
      },
      status: { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 },
    });
  });

  it('that updates on deletion has no numbers for rolling', () => {
    const { spec } = decoded(daemonSet, patched(valid, { spec: { updateStrategy: { type: 'OnDelete' } } }));
    expect(spec).toMatchObject({ updateStrategy: { type: 'OnDelete' } });
    expect(spec).not.toHaveProperty('updateStrategy.rollingUpdate');
  });
});

describe('what a DaemonSet is refused for, as upstream says it', () => {
  it.each<readonly [Members, string[]]>([
    [
      { spec: null },
      [
        'spec.template.metadata.labels: Invalid value: null: `selector` does not match template `labels`',
        'spec.template.spec.containers: Required value',
      ],
    ],
    [
      { spec: { selector: { matchLabels: { app: null } } } },
      ['spec.selector: Invalid value: {}: empty selector is invalid for daemonset'],
    ],
    [
      { spec: { selector: { matchLabels: { app: 'other' } } } },
      [
        'spec.template.metadata.labels: Invalid value: {"app":"agent"}: `selector` does not match template `labels`',
      ],
    ],
    [
      { spec: { template: { spec: { restartPolicy: 'Never', activeDeadlineSeconds: 1 } } } },
      [
        'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
        'spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in DaemonSet is not Supported',
      ],
    ],
    [
      { spec: { minReadySeconds: -1, revisionHistoryLimit: -1 } },
      [
        'spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0',
        'spec.revisionHistoryLimit: Invalid value: -1: must be greater than or equal to 0',
      ],
    ],
    [
      { spec: { updateStrategy: { type: 'Later' } } },
      [
        'spec.updateStrategy: Unsupported value: {"Type":"Later","RollingUpdate":null}: supported values: "RollingUpdate", "OnDelete"',
      ],
    ],
    [rolling({ maxUnavailable: '30%' }), []],
    [rolling({ maxUnavailable: 0, maxSurge: '10%' }), []],
    [
      rolling({ maxUnavailable: 0 }),
      ['spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0'],
    ],
    [
      rolling({ maxUnavailable: 1, maxSurge: 1 }),
      [
        'spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero',
      ],
    ],
    [
      rolling({ maxUnavailable: 'half' }),
      [
        `spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: "half": a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')`,
        'spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0',
      ],
    ],
    [
      rolling({ maxUnavailable: '0%', maxSurge: '101%' }),
      ['spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: "101%": must not be greater than 100%'],
    ],
    [
      rolling({ maxUnavailable: -1 }),
      [
        'spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: -1: must be greater than or equal to 0',
      ],
    ],
  ])('%j', (patch, expected) => {
    expect(created(daemonSet, patched(valid, patch)).refusals).toEqual(expected);
  });
});

describe('an update of a DaemonSet', () => {
  it.each<readonly [Members, string[]]>([
    [{ spec: { template: { spec: { nodeSelector: { a: 'b' } } }, minReadySeconds: 3 } }, []],
    [
      {
        spec: {
          selector: { matchLabels: { tier: 'x' } },
          template: { metadata: { labels: { tier: 'x' } } },
        },
      },
      ['spec.selector: Invalid value: {"matchLabels":{"app":"agent","tier":"x"}}: field is immutable'],
    ],
  ])('%j', (patch, expected) => {
    expect(updateRefusals(daemonSet, { current: valid, next: patched(valid, patch) })).toEqual(expected);
  });

  it('counts changes of the template, whatever the user says of the count', () => {
    const { object } = created(daemonSet, valid);
    const generationAfter = (patch: Members) => {
      const next = decoded(daemonSet, patched(valid, patch));
      return daemonSet.strategy.prepareForUpdate(next, object).metadata.annotations?.[
        'deprecated.daemonset.template.generation'
      ];
    };
    expect(generationAfter({ spec: { minReadySeconds: 1 } })).toBe('1');
    expect(generationAfter({ spec: { template: { spec: { hostNetwork: true } } } })).toBe('2');
    const annotations = { 'deprecated.daemonset.template.generation': '7' };
    expect(generationAfter({ metadata: { annotations } })).toBe('1');
  });

  it('leaves the status to the status subresource, which refuses numbers that make no sense', () => {
    const current = { ...valid, status: { numberReady: 1, collisionCount: 2 } };
    const next = decoded(daemonSet, { ...valid, status: { numberReady: 9 } });
    const kept = daemonSet.strategy.prepareForUpdate(next, decoded(daemonSet, current)) as DaemonSet;
    expect(kept.status).toMatchObject({ numberReady: 1, collisionCount: 2 });
    const status = { numberReady: -1, numberAvailable: -2, collisionCount: 1 };
    expect(
      updateRefusals(daemonSet, { current, next: { ...valid, status } }, daemonSet.strategy.status),
    ).toEqual([
      'status.numberReady: Invalid value: -1: must be greater than or equal to 0',
      'status.numberAvailable: Invalid value: -2: must be greater than or equal to 0',
      'status.collisionCount: Invalid value: 1: cannot be decremented',
    ]);
  });
});

describe('a DaemonSet as kubectl shows it', () => {
  it('has its numbers, its node selector and its template', () => {
    const object = decoded(
      daemonSet,
      patched(valid, {
        metadata: { creationTimestamp: '2026-03-01T00:00:00Z' },
        spec: { template: { spec: { nodeSelector: { disk: 'nvme', arch: 'arm64' } } } },
        status: { desiredNumberScheduled: 5, currentNumberScheduled: 4, numberReady: 3, numberAvailable: 1 },
      }),
    );
    expect(cellsOf(daemonSet, object, new Date('2026-03-01T00:05:00Z'))).toEqual({
      Name: 'agent',
      Desired: 5,
      Current: 4,
      Ready: 3,
      'Up-to-date': 0,
      Available: 1,
      'Node Selector': 'arch=arm64,disk=nvme',
      Age: '5m',
      'Containers*': 'c',
      'Images*': 'x:1',
      'Selector*': 'app=agent',
    });
    const { spec: _spec, ...bare } = valid;
    expect(cellsOf(daemonSet, decoded(daemonSet, bare), new Date())).toMatchObject({
      'Node Selector': '<none>',
    });
  });

  it('warns of what its template has outlived, when the spec is new', () => {
    const object = decoded(
      daemonSet,
      patched(valid, {
        spec: { template: { spec: { nodeSelector: { 'beta.kubernetes.io/os': 'linux' } } } },
      }),
    );
    const warnings = daemonSet.strategy.warnings?.(object);
    expect(warnings).toEqual([
      expect.stringContaining('spec.template.spec.nodeSelector[beta.kubernetes.io/os]: deprecated'),
    ]);
    expect(daemonSet.strategy.warnings?.(object, object)).toEqual([]);
  });
});
