import { describe, expect, test } from 'vitest';
import type { KubeObject } from '@berth/machinery';
import type { Pod, PodSpec } from '../generated/api-types.ts';
import { requireUpdateAdmitted } from '../lifecycle/admission.ts';
import { beforeCreate } from '../lifecycle/before-create.ts';
import { context } from '../lifecycle/lifecycle-fixture.ts';
import { pod } from '../pod/pod.ts';
import { cellsOf, createErrors, objectOf, updateErrors } from '../registry/kind-fixture.ts';
import { priorityClass } from './priority-class.ts';

const reserved =
  "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only.";

describe('a PriorityClass', () => {
  test.each<readonly [Record<string, unknown>, string[]]>([
    [{ value: 1_000_000_000 }, []],
    [{ value: -5 }, []],
    [
      { value: 1_000_000_001 },
      ['value: Forbidden: maximum allowed value of a user defined priority is 1000000000'],
    ],
    [
      { metadata: { name: 'system-mine' }, value: 1 },
      [`${reserved} error: system-mine is not a known system priority class`],
    ],
    [{ metadata: { name: 'system-node-critical' }, value: 2_000_001_000 }, []],
    [
      { metadata: { name: 'system-node-critical' }, value: 1 },
      [`${reserved} error: value of system-node-critical PriorityClass must be 2000001000`],
    ],
    [
      { metadata: { name: 'system-cluster-critical' }, value: 2_000_000_000, globalDefault: true },
      [`${reserved} error: globalDefault of system-cluster-critical PriorityClass must be false`],
    ],
    [
      { value: 1, preemptionPolicy: 'Sometimes' },
      ['preemptionPolicy: Unsupported value: "Sometimes": supported values: "PreemptLowerPriority", "Never"'],
    ],
  ])('%j is checked', (members, errors) => {
    expect(createErrors(priorityClass, members)).toEqual(errors);
  });

  test('keeps its value and its policy for good', () => {
    const current = { value: 1, preemptionPolicy: 'Never' };
    expect(
      updateErrors(priorityClass, current, { ...current, description: 'd', globalDefault: true }),
    ).toEqual([]);
    expect(
      updateErrors(priorityClass, current, { value: 2, preemptionPolicy: 'PreemptLowerPriority' }),
    ).toEqual([
      'Value: Forbidden: may not be changed in an update.',
      'preemptionPolicy: Invalid value: "PreemptLowerPriority": field is immutable',
    ]);
  });

  test('preempts unless it says otherwise, and shows what it is', () => {
    const { object } = beforeCreate(priorityClass, objectOf(priorityClass, { value: 7 }), context);
    expect(object).toMatchObject({ preemptionPolicy: 'PreemptLowerPriority' });
    expect(cellsOf(priorityClass, object, context.now)).toEqual({
      Name: 'a',
      Value: 7,
      'Global-Default': false,
      Age: '0s',
      PreemptionPolicy: 'PreemptLowerPriority',
    });
  });

  test('is the only default', () => {
    const first = objectOf(priorityClass, { metadata: { name: 'first' }, value: 1, globalDefault: true });
    const second = objectOf(priorityClass, { metadata: { name: 'second' }, value: 2, globalDefault: true });
    const judging = { ...context, policies: () => [first] };
    const refusal =
      'priorityclasses.scheduling.k8s.io "second" is forbidden: PriorityClass first is already marked as default. Only one default can exist';
    expect(() => beforeCreate(priorityClass, second, judging)).toThrow(refusal);
    const update = (next: KubeObject) => () =>
      requireUpdateAdmitted(priorityClass, { next, current: next }, judging);
    expect(update(second)).toThrow(refusal);
    expect(update(first)).not.toThrow();
    expect(() => beforeCreate(priorityClass, second, { ...context, policies: () => [] })).not.toThrow();
  });

  test('of the two that every cluster has passes its own rules', () => {
    const names = (priorityClass.bootstrapObjects ?? []).map((object) => {
      expect(beforeCreate(priorityClass, object, context).object).toMatchObject(object);
      return object.metadata.name;
    });
    expect(names).toEqual(['system-node-critical', 'system-cluster-critical']);
  });
});

describe('a new pod', () => {
  const containers = [{ name: 'c', image: 'i' }];
  const classOf = (name: string, members: Record<string, unknown>) =>
    objectOf(priorityClass, { metadata: { name }, ...members });
  const high = classOf('high', { value: 1000, preemptionPolicy: 'Never' });
  const low = classOf('low', { value: 10, globalDefault: true, preemptionPolicy: 'PreemptLowerPriority' });
  const lower = classOf('lower', { value: 5, globalDefault: true });

  function create(spec: Partial<PodSpec>, ...classes: readonly KubeObject[]): Pod {
    const policies = (resource: string) => (resource.startsWith('priorityclasses') ? classes : []);
    return beforeCreate(pod, objectOf(pod, { spec: { containers, ...spec } }), { ...context, policies })
      .object;
  }
  const given = ({ spec }: Pod) => [spec?.priorityClassName, spec?.priority, spec?.preemptionPolicy];

  test.each<readonly [string, Partial<PodSpec>, readonly KubeObject[], readonly unknown[]]>([
    ['its class', { priorityClassName: 'high' }, [high, low], ['high', 1000, 'Never']],
    ['the default class', {}, [high, low], ['low', 10, 'PreemptLowerPriority']],
    ['the lowest of several default classes', {}, [low, lower], ['lower', 5, 'PreemptLowerPriority']],
    ['no class: priority 0', {}, [high], [undefined, 0, 'PreemptLowerPriority']],
    [
      'a class that every cluster has',
      { priorityClassName: 'system-cluster-critical' },
      [],
      ['system-cluster-critical', 2_000_000_000, 'PreemptLowerPriority'],
    ],
    [
      'the priority that it asks for, if that is its class’s',
      { priority: 10 },
      [low],
      ['low', 10, 'PreemptLowerPriority'],
    ],
  ])('gets its priority from %s', (...[, spec, classes, expected]) => {
    expect(given(create(spec, ...classes))).toEqual(expected);
  });

  const computed = 'must not be provided in pod spec; priority admission controller computed';
  test.each<readonly [Partial<PodSpec>, string]>([
    [{ priorityClassName: 'none' }, 'no PriorityClass with name none was found'],
    [{ priority: 9 }, `the integer value of priority (9) ${computed} 10 from the given PriorityClass name`],
    [
      { preemptionPolicy: 'Never' },
      `the string value of PreemptionPolicy (Never) ${computed} PreemptLowerPriority from the given PriorityClass name`,
    ],
  ])('with %j is refused', (spec, message) => {
    expect(() => create(spec, low)).toThrow(`pods "a" is forbidden: ${message}`);
  });
});
