import { describe, expect, test } from 'vitest';
import { beforeCreate } from '../lifecycle/before-create.ts';
import { cellsOf, createErrors, objectOf, updateErrors } from '../registry/kind-fixture.ts';
import { limitRange } from './limit-range.ts';

const limits = (...items: readonly object[]) => ({ spec: { limits: items } });

describe('LimitRange', () => {
  test.each<readonly [string, object, string[]]>([
    ['nothing', {}, []],
    [
      'all that there is',
      limits(
        {
          type: 'Container',
          min: { cpu: '100m', memory: '1Mi' },
          max: { cpu: '2', memory: '1Gi' },
          default: { cpu: '1' },
          defaultRequest: { cpu: '500m' },
          maxLimitRequestRatio: { cpu: '4' },
        },
        { type: 'Pod', max: { cpu: '4', 'example.com/gpu': '2' } },
        { type: 'PersistentVolumeClaim', min: { storage: '1Gi' } },
        { type: 'example.com/own', max: { 'example.com/things': '1' } },
      ),
      [],
    ],
    [
      'types',
      limits({ type: 'Node' }, { type: 'Pod' }, { type: 'Pod' }),
      [
        'spec.limits[0].type: Invalid value: "Node": must be a standard limit type or fully qualified',
        'spec.limits[2].type: Duplicate value: "Pod"',
      ],
    ],
    [
      'names of resources of containers',
      limits({ type: 'Container', max: { storage: '1' }, default: { disk: '1' } }),
      [
        'spec.limits[0].max[storage]: Invalid value: "storage": must be a standard resource for containers',
        'spec.limits[0].default[disk]: Invalid value: "disk": must be a standard resource type or fully qualified',
        'spec.limits[0].default[disk]: Invalid value: "disk": must be a standard resource for containers',
      ],
    ],
    [
      'defaults of pods',
      limits({ type: 'Pod', default: { cpu: '1' }, defaultRequest: { cpu: '1' } }),
      [
        "spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'",
        "spec.limits[0].defaultRequest: Forbidden: may not be specified when `type` is 'Pod'",
      ],
    ],
    [
      'claims without a bound',
      limits({ type: 'PersistentVolumeClaim', max: { cpu: '1' } }),
      [
        'spec.limits[0].limits: Required value: either minimum or maximum storage value is required, but neither was provided',
      ],
    ],
    [
      'the order of amounts',
      limits({
        type: 'Container',
        min: { cpu: '3', memory: '5Mi' },
        max: { cpu: '2', memory: '3Mi' },
        default: { memory: '4Mi' },
        defaultRequest: { memory: '4500Ki' },
      }),
      [
        'spec.limits[0].min[cpu]: Invalid value: "3": min value 3 is greater than max value 2',
        'spec.limits[0].min[memory]: Invalid value: "5Mi": min value 5Mi is greater than max value 3Mi',
        'spec.limits[0].defaultRequest[memory]: Invalid value: "4500Ki": min value 5Mi is greater than default request value 4500Ki',
        'spec.limits[0].defaultRequest[memory]: Invalid value: "4500Ki": default request value 4500Ki is greater than max value 3Mi',
        'spec.limits[0].defaultRequest[memory]: Invalid value: "4500Ki": default request value 4500Ki is greater than default limit value 4Mi',
        'spec.limits[0].default[memory]: Invalid value: "5Mi": min value 5Mi is greater than default value 4Mi',
        'spec.limits[0].default[memory]: Invalid value: "3Mi": default value 4Mi is greater than max value 3Mi',
      ],
    ],
    [
      'ratios',
      limits({
        type: 'Pod',
        min: { cpu: '500m' },
        max: { cpu: '1' },
        maxLimitRequestRatio: { cpu: '2500m', memory: '900m' },
      }),
      [
        'spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "2500m": ratio 2500m is greater than max/min = 2.000000',
        'spec.limits[0].maxLimitRequestRatio[memory]: Invalid value: "900m": ratio 900m is less than 1',
      ],
    ],
    [
      'what cannot be overcommitted',
      limits({
        type: 'Container',
        default: { 'example.com/gpu': '2' },
        defaultRequest: { 'example.com/gpu': '1' },
      }),
      [
        'spec.limits[0].defaultRequest[example.com/gpu]: Invalid value: "1": default value 2 must equal to defaultRequest value 1 in example.com/gpu',
      ],
    ],
  ])('checks %s', (_what, members, errors) => {
    expect(createErrors(limitRange, { ...members })).toEqual(errors);
    expect(updateErrors(limitRange, {}, { ...members })).toEqual(errors);
  });

  test('of containers defaults limits from the maximum, and requests from limits or else the minimum', () => {
    const items = [
      { type: 'Container', max: { cpu: '2', memory: '1Gi' }, min: { memory: '1Mi', 'example.com/gpu': '1' } },
      { type: 'Container', default: { cpu: '1' }, max: { cpu: '2' }, defaultRequest: { cpu: '100m' } },
      { type: 'Pod', max: { cpu: '2' } },
    ];
    expect(limitRange.strategy.applyDefaults(objectOf(limitRange, limits(...items)))).toMatchObject(
      limits(
        {
          ...items[0],
          default: { cpu: '2', memory: '1Gi' },
          defaultRequest: { cpu: '2', memory: '1Gi', 'example.com/gpu': '1' },
        },
        { ...items[1], default: { cpu: '1' }, defaultRequest: { cpu: '100m' } },
        items[2] ?? {},
      ),
    );
  });

  test('without a name is named by its uid', () => {
    const object = objectOf(limitRange, limits());
    const context = { now: new Date(), newUid: () => 'uid-1', newNameSuffix: () => 'abcde' };
    const { metadata } = beforeCreate(
      limitRange,
      { ...object, metadata: { ...object.metadata, name: '' } },
      context,
    ).object;
    expect(metadata.name).toBe('uid-1');
  });

  test('shows when it was made', () => {
    const metadata = { name: 'a', creationTimestamp: '2026-03-01T00:00:00Z' };
    expect(cellsOf(limitRange, objectOf(limitRange, { metadata }), new Date())).toEqual({
      Name: 'a',
      'Created At': '2026-03-01T00:00:00Z',
    });
  });
});
