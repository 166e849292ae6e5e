import { describe, expect, it } from 'vitest';
import { created } from '../registry/decoded-fixture.ts';
import { job } from './job.ts';

const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'x:1' }] } };

describe('what a Job is refused for, as upstream says it', () => {
  it.each<readonly [Record<string, unknown>, string[]]>([
    [
      { template: { spec: { restartPolicy: 'Always', containers: [{ name: 'c', image: 'x:1' }] } } },
      ['spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'],
    ],
    [
      { template: { spec: { containers: [{ name: 'c', image: 'x:1' }] } } },
      ['spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'],
    ],
    [
      { template: { spec: { restartPolicy: 'Odd', containers: [{ name: 'c', image: 'x:1' }] } } },
      [
        'spec.template.spec.restartPolicy: Unsupported value: "Odd": supported values: "Always", "OnFailure", "Never"',
        'spec.template.spec.restartPolicy: Unsupported value: "Odd": supported values: "OnFailure", "Never"',
      ],
    ],
    [
      {
        parallelism: -1,
        completions: -1,
        activeDeadlineSeconds: -1,
        backoffLimit: -1,
        ttlSecondsAfterFinished: -1,
        backoffLimitPerIndex: -1,
        maxFailedIndexes: -1,
      },
      [
        'spec.parallelism: Invalid value: -1: must be greater than or equal to 0',
        'spec.completions: Invalid value: -1: must be greater than or equal to 0',
        'spec.activeDeadlineSeconds: Invalid value: -1: must be greater than or equal to 0',
        'spec.backoffLimit: Invalid value: -1: must be greater than or equal to 0',
        'spec.ttlSecondsAfterFinished: Invalid value: -1: must be greater than or equal to 0',
        'spec.backoffLimitPerIndex: Invalid value: -1: must be greater than or equal to 0',
        'spec.maxFailedIndexes: Invalid value: -1: must be greater than or equal to 0',
        'spec.backoffLimitPerIndex: Invalid value: -1: requires indexed completion mode',
        'spec.maxFailedIndexes: Invalid value: -1: requires indexed completion mode',
      ],
    ],
    [
      { completionMode: 'Odd' },
      ['spec.completionMode: Unsupported value: "Odd": supported values: "NonIndexed", "Indexed"'],
    ],
    [
      { completionMode: 'Indexed', completions: 5, parallelism: 200000, maxFailedIndexes: 7 },
      [
        'spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified',
        'spec.parallelism: Invalid value: 200000: must be less than or equal to 100000 when completion mode is Indexed',
        'spec.maxFailedIndexes: Invalid value: 7: must be less than or equal to completions',
      ],
    ],
    [
      { completionMode: 'Indexed', completions: 200000, parallelism: 20000, backoffLimitPerIndex: 1 },
      [
        'spec.maxFailedIndexes: Required value: must be specified when completions is above 100000',
        'spec.parallelism: Invalid value: 20000: must be less than or equal to 10000 when completions are above 100000 and used with backoff limit per index',
      ],
    ],
    [
      {
        completionMode: 'Indexed',
        completions: 200000,
        parallelism: 20000,
        backoffLimitPerIndex: 1,
        maxFailedIndexes: 150000,
      },
      [
        'spec.maxFailedIndexes: Invalid value: 150000: must be less than or equal to 100000',
        'spec.parallelism: Invalid value: 20000: must be less than or equal to 10000 when completions are above 100000 and used with backoff limit per index',
        'spec.maxFailedIndexes: Invalid value: 150000: must be less than or equal to 10000 when completions are above 100000 and used with backoff limit per index',
      ],
    ],
    [{ managedBy: '' }, ['spec.managedBy: Required value']],
    [
      { managedBy: 'foo' },
      ['spec.managedBy: Invalid value: "foo": must be a domain-prefixed path (such as "acme.io/foo")'],
    ],
    [
      { managedBy: 'A_/b' },
      [
        "spec.managedBy: Invalid value: \"A_\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      ],
    ],
    [
      { managedBy: 'a.b/c d' },
      [
        "spec.managedBy: Invalid value: \"c d\": Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')",
      ],
    ],
    [
      { managedBy: 'a.b/cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc' },
      ['spec.managedBy: Too long: may not be more than 63 bytes'],
    ],
    [
      { podReplacementPolicy: 'X' },
      [
        'spec.podReplacementPolicy: Unsupported value: "X": supported values: "Failed", "TerminatingOrFailed"',
      ],
    ],
    [
      {
        podReplacementPolicy: 'TerminatingOrFailed',
        podFailurePolicy: { rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [1] } }] },
      },
      ['spec.podReplacementPolicy: Unsupported value: "TerminatingOrFailed": supported values: "Failed"'],
    ],
    [
      {
        podFailurePolicy: {
          rules: [
            { action: '', onExitCodes: { operator: '', values: [] } },
            {
              action: 'X',
              onExitCodes: { operator: 'X', values: [3, 1, 1, 0], containerName: 'zz' },
              onPodConditions: [{ type: 'a b', status: 'X' }],
            },
            { action: 'FailIndex' },
            { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] },
            { action: 'Count', onExitCodes: { operator: 'In', values: [0, 1] } },
          ],
        },
      },
      [
        'spec.podFailurePolicy.rules[0].action: Required value: valid values: ["Count" "FailIndex" "FailJob" "Ignore"]',
        'spec.podFailurePolicy.rules[0].onExitCodes.operator: Required value: valid values: ["In" "NotIn"]',
        'spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: []: at least one value is required',
        'spec.podFailurePolicy.rules[1].action: Unsupported value: "X": supported values: "Count", "FailIndex", "FailJob", "Ignore"',
        'spec.podFailurePolicy.rules[1].onExitCodes.operator: Unsupported value: "X": supported values: "In", "NotIn"',
        'spec.podFailurePolicy.rules[1].onExitCodes.containerName: Invalid value: "zz": must be one of the container or initContainer names in the pod template',
        'spec.podFailurePolicy.rules[1].onExitCodes.values[2]: Duplicate value: 1',
        'spec.podFailurePolicy.rules[1].onExitCodes.values: Invalid value: [3,1,1,0]: must be ordered',
        "spec.podFailurePolicy.rules[1].onPodConditions[0].type: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
        'spec.podFailurePolicy.rules[1].onPodConditions[0].status: Unsupported value: "X": supported values: "False", "True", "Unknown"',
        'spec.podFailurePolicy.rules[1]: Invalid value: specifying both OnExitCodes and OnPodConditions is not supported',
        'spec.podFailurePolicy.rules[2].action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set',
        'spec.podFailurePolicy.rules[2]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required',
        'spec.podFailurePolicy.rules[4].onExitCodes.values[0]: Invalid value: 0: must not be 0 for the In operator',
      ],
    ],
    [
      {
        template: { spec: { restartPolicy: 'OnFailure', containers: [{ name: 'c', image: 'x:1' }] } },
        podFailurePolicy: { rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] }] },
      },
      [
        'spec.template.spec.restartPolicy: Invalid value: "OnFailure": only "Never" is supported when podFailurePolicy is specified',
      ],
    ],
    [
      {
        podFailurePolicy: {
          rules: [
            {
              action: 'Count',
              onPodConditions: [
                { type: 'A', status: 'True' },
                { type: 'A', status: 'True' },
                { type: 'A', status: 'True' },
                { type: 'A', status: 'True' },
                { type: 'A', status: 'True' },
                { type: 'A', status: 'True' },
                { type: 'A', status: 'True' },
                { type: 'A', status: 'True' },
                { type: 'A', status: 'True' },
                { type: 'A', status: 'True' },
                { type: 'A', status: 'True' },
                { type: 'A', status: 'True' },
                { type: 'A', status: 'True' },
                { type: 'A', status: 'True' },
                { type: 'A', status: 'True' },
                { type: 'A', status: 'True' },
                { type: 'A', status: 'True' },
                { type: 'A', status: 'True' },
                { type: 'A', status: 'True' },
                { type: 'A', status: 'True' },
                { type: 'A', status: 'True' },
              ],
            },
          ],
        },
      },
      ['spec.podFailurePolicy.rules[0].onPodConditions: Too many: 21: must have at most 20 items'],
    ],
    [
      { completionMode: 'Indexed', completions: 5, successPolicy: {} },
      [
        'spec.successPolicy.rules: Required value: at least one rules must be specified when the successPolicy is specified',
      ],
    ],
    [
      {
        completionMode: 'Indexed',
        completions: 5,
        successPolicy: {
          rules: [
            {},
            { succeededIndexes: '1-2-3' },
            { succeededIndexes: '5' },
            { succeededIndexes: '3,1' },
            { succeededIndexes: 'a' },
            { succeededIndexes: '4-2' },
            { succeededIndexes: '1,1-3' },
            { succeededIndexes: '0-2', succeededCount: 4 },
            { succeededCount: 6 },
            { succeededCount: -1 },
            { succeededIndexes: '' },
          ],
        },
      },
      [
        'spec.successPolicy.rules[0]: Required value: at least one of succeededCount or succeededIndexes must be specified',
        'spec.successPolicy.rules[1].succeededIndexes: Invalid value: "1-2-3": error parsing succeededIndexes: the fragment "1-2-3" violates the requirement that an index interval can have at most two parts separated by \'-\'',
        'spec.successPolicy.rules[2].succeededIndexes: Invalid value: "5": error parsing succeededIndexes: too large index: "5"',
        'spec.successPolicy.rules[3].succeededIndexes: Invalid value: "3,1": error parsing succeededIndexes: non-increasing order, previous: 3, current: 1',
        'spec.successPolicy.rules[4].succeededIndexes: Invalid value: "a": error parsing succeededIndexes: cannot convert string to integer for index: "a"',
        'spec.successPolicy.rules[5].succeededIndexes: Invalid value: "4-2": error parsing succeededIndexes: non-increasing order, previous: 4, current: 2',
        'spec.successPolicy.rules[6].succeededIndexes: Invalid value: "1,1-3": error parsing succeededIndexes: non-increasing order, previous: 1, current: 1',
        'spec.successPolicy.rules[7].succeededCount: Invalid value: 4: must be less than or equal to 3 (the number of indexes in the specified succeededIndexes field)',
        'spec.successPolicy.rules[8].succeededCount: Invalid value: 6: must be less than or equal to 5 (the number of specified completions)',
        'spec.successPolicy.rules[9].succeededCount: Invalid value: -1: must be greater than or equal to 0',
      ],
    ],
    [
      {
        completionMode: 'Indexed',
        completions: 5,
        successPolicy: {
          rules: [
            { succeededCount: 1 },
            { succeededCount: 1 },
            { succeededCount: 1 },
            { succeededCount: 1 },
            { succeededCount: 1 },
            { succeededCount: 1 },
            { succeededCount: 1 },
            { succeededCount: 1 },
            { succeededCount: 1 },
            { succeededCount: 1 },
            { succeededCount: 1 },
            { succeededCount: 1 },
            { succeededCount: 1 },
            { succeededCount: 1 },
            { succeededCount: 1 },
            { succeededCount: 1 },
            { succeededCount: 1 },
            { succeededCount: 1 },
            { succeededCount: 1 },
            { succeededCount: 1 },
            { succeededCount: 1 },
          ],
        },
      },
      ['spec.successPolicy.rules: Too many: 21: must have at most 20 items'],
    ],
    [
      { manualSelector: true },
      [
        'spec.selector: Required value',
        'spec.template.metadata.labels: Invalid value: null: `selector` does not match template `labels`',
      ],
    ],
    [
      { manualSelector: true, selector: { matchLabels: { a: 'b' } } },
      ['spec.template.metadata.labels: Invalid value: null: `selector` does not match template `labels`'],
    ],
    [
      { selector: { matchLabels: { a: 'b' } } },
      [
        'spec.selector: Invalid value: {"matchLabels":{"a":"b","batch.kubernetes.io/controller-uid":"uid-1"}}: `selector` not auto-generated',
        'spec.template.metadata.labels: Invalid value: {"batch.kubernetes.io/controller-uid":"uid-1","batch.kubernetes.io/job-name":"j","controller-uid":"uid-1","job-name":"j"}: `selector` does not match template `labels`',
      ],
    ],
    [
      { selector: { matchLabels: { 'a b': 'c' } } },
      [
        "spec.selector.matchLabels: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
      ],
    ],
    [
      { backoffLimitPerIndex: 1 },
      ['spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode'],
    ],
    [
      { template: { spec: { restartPolicy: 'Never', containers: [] } } },
      ['spec.template.spec.containers: Required value'],
    ],
    [
      {
        template: {
          spec: {
            restartPolicy: 'Never',
            containers: [
              {
                name: 'c',
                image: ' padded ',
                ports: [{ containerPort: 1 }],
                volumeMounts: [{ name: 'zz', mountPath: '/x' }],
              },
            ],
            ephemeralContainers: [{ name: 'e', image: 'x' }],
            hostNetwork: true,
            volumes: [{ name: 'i', image: {} }],
          },
        },
      },
      [
        'spec.template.spec.containers[0].volumeMounts[0].name: Not found: "zz"',
        'spec.template.spec.ephemeralContainers: Forbidden: ephemeral containers not allowed in pod template',
      ],
    ],
    [
      {
        template: {
          metadata: {
            labels: { 'job-name': 'other', app: 'x' },
            annotations: {
              'a b': 'c',
              'scheduler.alpha.kubernetes.io/critical-pod': 'x',
              'container.apparmor.security.beta.kubernetes.io/c': 'unconfined',
            },
          },
          spec: {
            restartPolicy: 'Never',
            containers: [{ name: 'c', image: 'x:1' }],
            nodeSelector: { 'beta.kubernetes.io/os': 'l' },
          },
        },
      },
      [
        'spec.template.metadata.labels[job-name]: Invalid value: {"app":"x","batch.kubernetes.io/controller-uid":"uid-1","batch.kubernetes.io/job-name":"j","controller-uid":"uid-1","job-name":"other"}: must be \'j\'',
        "spec.template.annotations: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
      ],
    ],
  ])('%j', (members, messages) => {
    expect(created(job, { metadata: { name: 'j' }, spec: { template, ...members } }).refusals).toEqual(
      messages,
    );
  });
});
