import { describe, expect, it } from 'vitest';
import { created, type Members, updateRefusals } from '../registry/decoded-fixture.ts';
import { cellsOf } from '../registry/kind-fixture.ts';
import { podDisruptionBudget } from './pod-disruption-budget.ts';

const selector = { matchLabels: { app: 'web' } };
const budget = (spec: Members): Members => ({ metadata: { name: 'web' }, spec: { selector, ...spec } });
const percent =
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";

describe('what a PodDisruptionBudget is refused for, as upstream says it', () => {
  it.each<readonly [Members, string[]]>([
    [{}, []],
    [{ minAvailable: 2 }, []],
    [{ maxUnavailable: '100%', unhealthyPodEvictionPolicy: 'AlwaysAllow' }, []],
    [{ minAvailable: -1 }, ['spec.minAvailable: Invalid value: -1: must be greater than or equal to 0']],
    [{ minAvailable: '101%' }, ['spec.minAvailable: Invalid value: "101%": must not be greater than 100%']],
    [{ maxUnavailable: 'half' }, [`spec.maxUnavailable: Invalid value: "half": ${percent}`]],
    [
      { minAvailable: 1, maxUnavailable: 1 },
      [
        expect.stringMatching(
          /^spec: Invalid value: .*: minAvailable and maxUnavailable cannot be both set$/,
        ),
      ],
    ],
    [
      { selector: { matchLabels: { app: '-' } } },
      [expect.stringContaining('spec.selector.matchLabels: Invalid value: "-"')],
    ],
    [
      { unhealthyPodEvictionPolicy: 'Never' },
      [
        'spec.unhealthyPodEvictionPolicy: Unsupported value: "Never": supported values: "AlwaysAllow", "IfHealthyBudget"',
      ],
    ],
  ])('%j', (spec, refusals) => {
    expect(created(podDisruptionBudget, budget(spec)).refusals).toEqual(refusals);
  });
});

it('allows nothing before it is counted', () => {
  const status = { disruptionsAllowed: 5, currentHealthy: 5, desiredHealthy: 0, expectedPods: 5 };
  const { object } = created(podDisruptionBudget, { ...budget({ minAvailable: 1 }), status });
  expect(object).toMatchObject({
    status: { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 },
  });
});

it('keeps its status to the form of conditions and to numbers that can be', () => {
  const at = '2026-03-01T10:00:00Z';
  const condition = (members: Members) => ({
    type: 'DisruptionAllowed',
    status: 'True',
    reason: 'SufficientPods',
    message: '',
    lastTransitionTime: at,
    ...members,
  });
  const refusals = (status: Members): string[] => {
    const next = {
      ...budget({}),
      status: { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0, ...status },
    };
    return updateRefusals(
      podDisruptionBudget,
      { current: budget({}), next },
      podDisruptionBudget.strategy.status,
    );
  };
  expect(refusals({ conditions: [condition({})] })).toEqual([]);
  expect(
    refusals({
      disruptionsAllowed: -1,
      conditions: [condition({}), condition({ status: 'Yes', reason: '1' })],
    }),
  ).toEqual([
    'status.conditions[1].type: Duplicate value: "DisruptionAllowed"',
    'status.conditions[1].status: Unsupported value: "Yes": supported values: "False", "True", "Unknown"',
    expect.stringMatching(
      /^status\.conditions\[1\]\.reason: Invalid value: "1": a condition reason must start with/,
    ),
    'status.disruptionsAllowed: Invalid value: -1: must be greater than or equal to 0',
  ]);
  expect(
    refusals({
      conditions: [
        condition({
          type: '',
          reason: '',
          lastTransitionTime: null,
          observedGeneration: -1,
          message: 'x'.repeat(32769),
        }),
      ],
    }),
  ).toEqual([
    expect.stringContaining('status.conditions[0].type: Invalid value: "": name part must be non-empty'),
    expect.stringContaining('status.conditions[0].type: Invalid value: "": name part must consist of'),
    'status.conditions[0].observedGeneration: Invalid value: -1: must be greater than or equal to zero',
    'status.conditions[0].lastTransitionTime: Required value: must be set',
    'status.conditions[0].reason: Required value: must be set',
    'status.conditions[0].message: Too long: may not be more than 32768 bytes',
  ]);
});

it('columns of PodDisruptionBudgets are those of kubectl', () => {
  const { object } = created(podDisruptionBudget, budget({ maxUnavailable: '25%' }));
  expect(
    cellsOf(podDisruptionBudget, { ...object, status: { disruptionsAllowed: 2 } }, new Date()),
  ).toMatchObject({
    Name: 'web',
    'Min Available': 'N/A',
    'Max Unavailable': '25%',
    'Allowed Disruptions': 2,
  });
});
