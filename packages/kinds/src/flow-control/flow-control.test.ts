import type { KubeObject } from '@berth/machinery';
import { describe, expect, test } from 'vitest';
import { beforeCreate } from '../lifecycle/before-create.ts';
import { beforeUpdate } from '../lifecycle/before-update.ts';
import { context } from '../lifecycle/lifecycle-fixture.ts';
import { created, decoded, type Members, patched, updateRefusals } from '../registry/decoded-fixture.ts';
import { cellsOf } from '../registry/kind-fixture.ts';
import { flowControlBootstrap } from './bootstrap-objects.ts';
import { flowSchema } from './flow-schema.ts';
import { priorityLevelConfiguration } from './priority-level-configuration.ts';

const definitions = new Map([flowSchema, priorityLevelConfiguration].map((kind) => [kind.kind, kind]));

const schema: Members = {
  metadata: { name: 'a', namespace: '' },
  spec: {
    priorityLevelConfiguration: { name: 'workload-low' },
    matchingPrecedence: 7_000,
    distinguisherMethod: { type: 'ByUser' },
    rules: [
      {
        subjects: [{ kind: 'User', user: { name: 'ci' } }],
        resourceRules: [{ verbs: ['list'], apiGroups: [''], resources: ['pods'], namespaces: ['*'] }],
      },
    ],
  },
};
const level: Members = {
  metadata: { name: 'a', namespace: '' },
  spec: {
    type: 'Limited',
    limited: { limitResponse: { type: 'Queue', queuing: {} } },
  },
};

const withRule = (rule: Members) => ({ spec: { rules: [rule] } });
const subjects = [{ kind: 'Group', group: { name: 'g' } }];
const anything = { verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'] };
const inRule = 'spec.rules[0]';

describe('a FlowSchema', () => {
  test.each<readonly [Members, string[]]>([
    [{}, []],
    [{ spec: { rules: null } }, []],
    [
      { spec: { matchingPrecedence: -1 } },
      ['spec.matchingPrecedence: Invalid value: -1: must be a positive value'],
    ],
    [
      { spec: { matchingPrecedence: 10_001 } },
      ['spec.matchingPrecedence: Invalid value: 10001: must not be greater than 10000'],
    ],
    [
      { spec: { matchingPrecedence: 1 } },
      [
        "spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1",
      ],
    ],
    [
      { spec: { distinguisherMethod: { type: 'ByMood' } } },
      [
        'spec.distinguisherMethod.type: Unsupported value: {"type":"ByMood"}: supported values: "ByNamespace", "ByUser"',
      ],
    ],
    [
      { spec: { priorityLevelConfiguration: { name: '' } } },
      ['spec.priorityLevelConfiguration.name: Required value: must reference a priority level'],
    ],
    [
      withRule({ subjects: [] }),
      [
        `${inRule}.subjects: Required value: subjects must contain at least one value`,
        `${inRule}: Required value: at least one of resourceRules and nonResourceRules has to be non-empty`,
      ],
    ],
    [
      withRule({ subjects: [{ kind: 'Robot' }], resourceRules: [anything] }),
      [
        `${inRule}.subjects[0].kind: Unsupported value: "Robot": supported values: "Group", "ServiceAccount", "User"`,
      ],
    ],
    [
      withRule({ subjects: [{ kind: 'User', group: { name: 'g' } }], resourceRules: [anything] }),
      [
        `${inRule}.subjects[0].user: Required value: user is required when subject kind is 'User'`,
        `${inRule}.subjects[0].group: Forbidden: group is forbidden when subject kind is not 'Group'`,
      ],
    ],
    [
      withRule({
        subjects: [{ kind: 'ServiceAccount', serviceAccount: { name: '', namespace: '' } }],
        resourceRules: [anything],
      }),
      [
        `${inRule}.subjects[0].serviceAccount.name: Required value`,
        `${inRule}.subjects[0].serviceAccount.namespace: Required value: must specify namespace for service account`,
      ],
    ],
    [
      withRule({
        subjects: [{ kind: 'ServiceAccount', serviceAccount: { name: '*', namespace: 'a.b' } }],
        resourceRules: [anything],
      }),
      [`${inRule}.subjects[0].serviceAccount.namespace: Invalid value: "a.b": must not contain dots`],
    ],
    [
      withRule({ subjects, resourceRules: [{ ...anything, verbs: ['*', 'get'] }] }),
      [
        `${inRule}.resourceRules[0].verbs: Invalid value: ["*","get"]: if '*' is present, must not specify other verbs`,
      ],
    ],
    [
      withRule({ subjects, resourceRules: [{ ...anything, verbs: ['eat'] }] }),
      [
        `${inRule}.resourceRules[0].verbs: Unsupported value: ["eat"]: supported values: "create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"`,
      ],
    ],
    [
      withRule({ subjects, resourceRules: [{ verbs: [], apiGroups: [], resources: [], namespaces: [] }] }),
      [
        `${inRule}.resourceRules[0].verbs: Required value: verbs must contain at least one value`,
        `${inRule}.resourceRules[0].apiGroups: Required value: resource rules must supply at least one api group`,
        `${inRule}.resourceRules[0].resources: Required value: resource rules must supply at least one resource`,
        `${inRule}.resourceRules[0].namespaces: Required value: resource rules that are not cluster scoped must supply at least one namespace`,
      ],
    ],
    [
      withRule({ subjects, resourceRules: [{ ...anything, namespaces: ['a.b'] }] }),
      [
        `${inRule}.resourceRules[0].namespaces[0]: Invalid value: "a.b": each member of this list must be '*' or a DNS-1123 label; must not contain dots`,
      ],
    ],
    [
      withRule({
        subjects,
        nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['x', '/a b', '/a//b', '/*/b', '/ok/*', '/'] }],
      }),
      [
        `${inRule}.nonResourceRules[0].nonResourceURLs[0]: Invalid value: "x": must start with slash`,
        `${inRule}.nonResourceRules[0].nonResourceURLs[1]: Invalid value: "/a b": must not contain white-space`,
        `${inRule}.nonResourceRules[0].nonResourceURLs[2]: Invalid value: "/a//b": must not contain double slash`,
        `${inRule}.nonResourceRules[0].nonResourceURLs[3]: Invalid value: "/*/b": wildcard can only do suffix matching`,
      ],
    ],
  ])('%j is checked', (patch, refusals) => {
    const next = patched(schema, patch);
    expect(created(flowSchema, next).refusals).toEqual(refusals);
    expect(updateRefusals(flowSchema, { current: schema, next })).toEqual(refusals);
  });

  test('has a precedence of its own if none is said, and no status of the client’s', () => {
    const unsaid = patched(schema, { spec: { matchingPrecedence: null }, status: { conditions: [] } });
    const { object } = created(flowSchema, unsaid);
    expect(object).toMatchObject({ spec: { matchingPrecedence: 1_000 } });
    expect(object.status).toBeUndefined();
  });

  test('tells each condition once', () => {
    const next = patched(schema, { status: { conditions: [{ type: 'x' }, { type: 'x' }, { type: '' }] } });
    expect(updateRefusals(flowSchema, { current: schema, next }, flowSchema.strategy.status)).toEqual([
      'status.conditions[1].type: Duplicate value: "x"',
      'status.conditions[2].type: Required value: must not be empty',
    ]);
  });

  test('shows where its requests go', () => {
    const status = { conditions: [{ type: 'Dangling', status: 'True' }] };
    expect(cellsOf(flowSchema, { ...decoded(flowSchema, schema), status }, context.now)).toEqual({
      Name: 'a',
      PriorityLevel: 'workload-low',
      MatchingPrecedence: 7_000,
      DistinguisherMethod: 'ByUser',
      Age: '<unknown>',
      MissingPL: 'True',
    });
    const plain = decoded(flowSchema, patched(schema, { spec: { distinguisherMethod: null } }));
    expect(cellsOf(flowSchema, plain, context.now)).toMatchObject({
      DistinguisherMethod: '<none>',
      MissingPL: '?',
    });
  });
});

const queuing = (fields: Members) => ({ spec: { limited: { limitResponse: { queuing: fields } } } });
const limited = 'spec.limited';
const inQueuing = `${limited}.limitResponse.queuing`;

describe('a PriorityLevelConfiguration', () => {
  test.each<readonly [Members, string[]]>([
    [{}, []],
    [{ spec: { limited: { nominalConcurrencyShares: 0 } } }, []],
    [
      { spec: { type: 'Exempt' } },
      [
        "spec.type: Invalid value: \"Exempt\": type must be 'Exempt' if and only if name is 'exempt'",
        'spec.limited: Forbidden: must be nil if the type is not Limited',
      ],
    ],
    [
      { spec: { type: 'Other' } },
      ['spec.type: Unsupported value: "Other": supported values: "Exempt", "Limited"'],
    ],
    [{ spec: { limited: null } }, ['spec.limited: Required value: must not be empty when type is Limited']],
    [
      { spec: { exempt: { nominalConcurrencyShares: 1 } } },
      ['spec.exempt: Forbidden: must be nil if the type is Limited'],
    ],
    [
      {
        spec: {
          limited: { nominalConcurrencyShares: -1, lendablePercent: 101, borrowingLimitPercent: -1 },
        },
      },
      [
        `${limited}.nominalConcurrencyShares: Invalid value: -1: must be a non-negative integer`,
        `${limited}.lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive`,
        `${limited}.borrowingLimitPercent: Invalid value: -1: if specified, must be a non-negative integer`,
      ],
    ],
    [
      { spec: { limited: { limitResponse: { type: 'Reject' } } } },
      [`${inQueuing}: Forbidden: must be nil if limited.limitResponse.type is not Limited`],
    ],
    [
      { spec: { limited: { limitResponse: { queuing: null } } } },
      [`${inQueuing}: Required value: must not be empty if limited.limitResponse.type is Limited`],
    ],
    [
      { spec: { limited: { limitResponse: { type: 'Drop' } } } },
      [`${limited}.limitResponse.type: Unsupported value: "Drop": supported values: "Queue", "Reject"`],
    ],
    [
      queuing({ queues: -1, handSize: -1, queueLengthLimit: -1 }),
      [
        `${inQueuing}.queueLengthLimit: Invalid value: -1: must be positive`,
        `${inQueuing}.queues: Invalid value: -1: must be positive`,
        `${inQueuing}.handSize: Invalid value: -1: must be positive`,
      ],
    ],
    [
      queuing({ queues: 7, handSize: 8 }),
      [`${inQueuing}.handSize: Invalid value: 8: should not be greater than queues (7)`],
    ],
    [
      queuing({ queues: 128, handSize: 10 }),
      [
        `${inQueuing}.handSize: Invalid value: 10: required entropy bits of deckSize 128 and handSize 10 should not be greater than 60`,
      ],
    ],
    [queuing({ queues: 10_000_000, handSize: 2 }), []],
    [
      queuing({ queues: 10_000_001, handSize: 2 }),
      [`${inQueuing}.queues: Invalid value: 10000001: must not be greater than 10000000`],
    ],
  ])('%j is checked', (patch, refusals) => {
    const next = patched(level, patch);
    expect(created(priorityLevelConfiguration, next).refusals).toEqual(refusals);
    expect(updateRefusals(priorityLevelConfiguration, { current: level, next })).toEqual(refusals);
  });

  test('has upstream’s defaults and shows them', () => {
    const { object } = created(priorityLevelConfiguration, level);
    expect(object).toMatchObject({
      spec: {
        limited: {
          nominalConcurrencyShares: 30,
          lendablePercent: 0,
          limitResponse: { type: 'Queue', queuing: { queues: 64, handSize: 8, queueLengthLimit: 50 } },
        },
      },
    });
    expect(cellsOf(priorityLevelConfiguration, object, context.now)).toEqual({
      Name: 'a',
      Type: 'Limited',
      NominalConcurrencyShares: 30,
      Queues: 64,
      HandSize: 8,
      QueueLengthLimit: 50,
      Age: '<unknown>',
    });
  });
});

describe('what every cluster has', () => {
  test.each(
    flowControlBootstrap.map((object) => [`${object.kind} ${object.metadata.name}`, object] as const),
  )('%s is valid, and as the API would store it', (_name, object) => {
    const kind = kindOf(object);
    const { object: stored } = beforeCreate(kind, object, context);
    const read = decoded(kind, { ...object, metadata: { ...stored.metadata, namespace: '' } });
    expect(read).toMatchObject({ spec: stored.spec });
    expect(beforeUpdate(kind, stored, stored).effect).toBe('unchanged');
  });

  test('is 13 flow schemas, two of which are fixed, at 8 levels that all exist', () => {
    const schemas = flowControlBootstrap.filter(({ kind }) => kind === 'FlowSchema');
    expect([schemas.length, flowControlBootstrap.length]).toEqual([13, 21]);
    const levels = new Set(
      flowControlBootstrap.filter((object) => !schemas.includes(object)).map(({ metadata }) => metadata.name),
    );
    for (const { spec } of schemas) {
      expect(levels).toContain(
        (spec as { priorityLevelConfiguration: { name: string } }).priorityLevelConfiguration.name,
      );
    }
  });

  test.each<readonly [string, string, Members, string[]]>([
    [
      'FlowSchema',
      'catch-all',
      { spec: { matchingPrecedence: 9_999 } },
      [expect.stringMatching(/^spec: Invalid value: .*: spec of 'catch-all' must equal the fixed value$/)],
    ],
    ['FlowSchema', 'global-default', { spec: { matchingPrecedence: 9_999 } }, []],
    [
      'PriorityLevelConfiguration',
      'catch-all',
      { spec: { limited: { nominalConcurrencyShares: 6 } } },
      [expect.stringMatching(/: spec of 'catch-all' must equal the fixed value$/)],
    ],
    ['PriorityLevelConfiguration', 'exempt', { spec: { exempt: { nominalConcurrencyShares: 5 } } }, []],
    [
      'PriorityLevelConfiguration',
      'exempt',
      { spec: { type: 'Limited', exempt: null, limited: { limitResponse: { type: 'Reject' } } } },
      [
        "spec.type: Invalid value: \"Limited\": type must be 'Exempt' if and only if name is 'exempt'",
        expect.stringMatching(
          /: spec of 'exempt' except the 'spec.exempt' field must equal the fixed value$/,
        ),
      ],
    ],
  ])('%s %s changed by %j', (...[kindName, name, patch, refusals]) => {
    const kind = definitions.get(kindName) ?? flowSchema;
    const object = flowControlBootstrap.find((each) => each.kind === kindName && each.metadata.name === name);
    const current = { ...object, metadata: { ...object?.metadata, namespace: '' } };
    expect(updateRefusals(kind, { current, next: patched(current, patch) })).toEqual(refusals);
  });
});

function kindOf({ kind }: KubeObject) {
  const definition = definitions.get(kind);
  if (definition === undefined) throw new Error(`no kind ${kind}`);
  return definition;
}
