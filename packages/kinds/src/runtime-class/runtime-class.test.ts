import type { KubeObject } from '@berth/machinery';
import { describe, expect, test } from 'vitest';
import type { Pod, PodSpec, RuntimeClass } from '../generated/api-types.ts';
import { beforeCreate } from '../lifecycle/before-create.ts';
import { context } from '../lifecycle/lifecycle-fixture.ts';
import { pod } from '../pod/pod.ts';
import { cellsOf, createErrors, objectOf, updateErrors } from '../registry/kind-fixture.ts';
import { runtimeClass } from './runtime-class.ts';

describe('a RuntimeClass', () => {
  const toleration = { key: 'k', operator: 'Exists' };
  test.each<readonly [Record<string, unknown>, string[]]>([
    [{ handler: 'runsc', overhead: { podFixed: { cpu: '10m' } } }, []],
    [
      { handler: 'Not/valid' },
      [
        `handler: Invalid value: "Not/valid": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')`,
      ],
    ],
    [
      { handler: 'h', overhead: { podFixed: { cpu: '-1' } } },
      ['overhead.limits[cpu]: Invalid value: "-1": must be greater than or equal to 0'],
    ],
    [
      { handler: 'h', scheduling: { tolerations: [toleration, toleration] } },
      ['scheduling.tolerations[1]: Duplicate value: {"key":"k","operator":"Exists"}'],
    ],
    [
      { handler: 'h', scheduling: { nodeSelector: { k: 'not valid' } } },
      [
        `scheduling.nodeSelector: Invalid value: "not valid": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
      ],
    ],
  ])('%j is checked', (members, errors) => {
    expect(createErrors(runtimeClass, members)).toEqual(errors);
  });

  test('keeps its handler for good, and shows it', () => {
    expect(updateErrors(runtimeClass, { handler: 'a' }, { handler: 'a', overhead: {} })).toEqual([]);
    expect(updateErrors(runtimeClass, { handler: 'a' }, { handler: 'b' })).toEqual([
      'handler: Invalid value: "b": field is immutable',
    ]);
    const object = objectOf(runtimeClass, { handler: 'runsc' });
    expect(cellsOf(runtimeClass, object, new Date())).toEqual({
      Name: 'a',
      Handler: 'runsc',
      Age: '<unknown>',
    });
  });
});

describe('a new pod', () => {
  const containers = [{ name: 'c', image: 'i' }];
  const kata = objectOf(runtimeClass, {
    metadata: { name: 'kata' },
    handler: 'kata',
    overhead: { podFixed: { cpu: '250m' } },
    scheduling: { nodeSelector: { runtime: 'kata' }, tolerations: [{ key: 'kata', operator: 'Exists' }] },
  } satisfies Partial<RuntimeClass>);
  const plain = objectOf(runtimeClass, { metadata: { name: 'plain' }, handler: 'plain' });

  function create(spec: Partial<PodSpec>): Pod {
    const policies = (resource: string): readonly KubeObject[] =>
      resource.startsWith('runtimeclasses') ? [kata, plain] : [];
    return beforeCreate(pod, objectOf(pod, { spec: { containers, ...spec } }), { ...context, policies })
      .object;
  }

  test('gets what its runtime takes, and goes where that runtime is', () => {
    const own = { key: 'own', operator: 'Exists' } as const;
    const { spec } = create({ runtimeClassName: 'kata', nodeSelector: { zone: 'a' }, tolerations: [own] });
    expect(spec?.overhead).toEqual({ cpu: '250m' });
    expect(spec?.nodeSelector).toEqual({ runtime: 'kata', zone: 'a' });
    expect(spec?.tolerations?.slice(0, 2)).toEqual([own, { key: 'kata', operator: 'Exists' }]);
  });

  test('of a class without anything is as without a class', () => {
    const { spec } = create({ runtimeClassName: 'plain' });
    expect([spec?.overhead, spec?.nodeSelector]).toEqual([undefined, undefined]);
  });

  test.each<readonly [Partial<PodSpec>, string]>([
    [{ runtimeClassName: 'gone' }, 'pod rejected: RuntimeClass "gone" not found'],
    [
      { runtimeClassName: 'kata', overhead: { cpu: '1' } },
      "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead",
    ],
    [
      { overhead: { cpu: '1' } },
      'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead',
    ],
    [
      { runtimeClassName: 'kata', nodeSelector: { runtime: 'runc' } },
      'conflict: runtimeClass.scheduling.nodeSelector[runtime] = kata; pod.spec.nodeSelector[runtime] = runc',
    ],
  ])('with %j is refused', (spec, message) => {
    expect(() => create(spec)).toThrow(`pods "a" is forbidden: ${message}`);
  });
});
