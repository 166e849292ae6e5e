import { describe, expect, it } from 'vitest';
import { type Members, patched, updateRefusals } from '../registry/decoded-fixture.ts';
import { job } from './job.ts';

const stored: Members = {
  metadata: { name: 'j' },
  spec: {
    completions: 3,
    parallelism: 3,
    selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': 'uid-1' } },
    template: {
      metadata: {
        labels: {
          'batch.kubernetes.io/controller-uid': 'uid-1',
          'controller-uid': 'uid-1',
          'job-name': 'j',
          'batch.kubernetes.io/job-name': 'j',
        },
      },
      spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'x:1' }] },
    },
  },
  status: { startTime: '2026-01-01T00:00:00Z', active: 1, succeeded: 1, failed: 1 },
};

describe('what an update of a Job is refused for, as upstream says it', () => {
  it.each<readonly [Members, Members, string[]]>([
    [{}, {}, []],
    [{}, { spec: { completions: 4 } }, ['spec.completions: Invalid value: 4: field is immutable']],
    [{}, { spec: { parallelism: 1, suspend: true, backoffLimit: 1 } }, []],
    [
      {},
      { spec: { selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': null, a: 'b' } } } },
      [
        'spec.selector: Invalid value: {"matchLabels":{"a":"b"}}: `selector` not auto-generated',
        'spec.template.metadata.labels: Invalid value: {"batch.kubernetes.io/controller-uid":"uid-1","batch.kubernetes.io/job-name":"j","controller-uid":"uid-1","job-name":"j"}: `selector` does not match template `labels`',
        'spec.selector: Invalid value: {"matchLabels":{"a":"b"}}: field is immutable',
      ],
    ],
    [
      {},
      { spec: { completionMode: 'Indexed' } },
      ['spec.completionMode: Invalid value: "Indexed": field is immutable'],
    ],
    [{}, { spec: { managedBy: 'a.b/c' } }, ['spec.managedBy: Invalid value: "a.b/c": field is immutable']],
    [{}, { status: { startTime: null, active: null, succeeded: null, failed: null } }, []],
    [
      { spec: { completionMode: 'Indexed' } },
      { spec: { completions: 4 } },
      ['spec.completions: Invalid value: 4: can only be modified in tandem with spec.parallelism'],
    ],
    [{ spec: { completionMode: 'Indexed' } }, { spec: { completions: 4, parallelism: 4 } }, []],
    [
      { spec: { completionMode: 'Indexed' } },
      { spec: { completions: null } },
      ['spec.completions: Required value: when completion mode is Indexed'],
    ],
    [
      {
        spec: {
          template: {
            spec: {
              affinity: {
                nodeAffinity: {
                  requiredDuringSchedulingIgnoredDuringExecution: {
                    nodeSelectorTerms: [{ matchExpressions: [{ key: 'k', operator: 'Exists' }] }],
                  },
                },
                podAffinity: {
                  requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 't', labelSelector: {} }],
                },
              },
            },
          },
          suspend: true,
        },
        status: {
          startTime: null,
          active: null,
          succeeded: null,
          failed: null,
          conditions: [{ type: 'Suspended', status: 'True' }],
        },
      },
      {
        spec: {
          template: {
            metadata: { labels: { x: 'y' }, annotations: { a: 'b' } },
            spec: {
              nodeSelector: { a: 'b' },
              tolerations: [{ operator: 'Exists' }],
              schedulingGates: [{ name: 'g' }],
            },
          },
        },
      },
      [],
    ],
    [
      {
        spec: {
          template: {
            spec: {
              affinity: {
                nodeAffinity: {
                  requiredDuringSchedulingIgnoredDuringExecution: {
                    nodeSelectorTerms: [{ matchExpressions: [{ key: 'k', operator: 'Exists' }] }],
                  },
                },
                podAffinity: {
                  requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 't', labelSelector: {} }],
                },
              },
            },
          },
          suspend: true,
        },
        status: {
          startTime: null,
          active: null,
          succeeded: null,
          failed: null,
          conditions: [{ type: 'Suspended', status: 'True' }],
        },
      },
      { spec: { template: { spec: { affinity: { nodeAffinity: null } } } } },
      [],
    ],
    [
      {
        spec: {
          template: {
            spec: {
              affinity: {
                nodeAffinity: {
                  requiredDuringSchedulingIgnoredDuringExecution: {
                    nodeSelectorTerms: [{ matchExpressions: [{ key: 'k', operator: 'Exists' }] }],
                  },
                },
                podAffinity: {
                  requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 't', labelSelector: {} }],
                },
              },
            },
          },
          suspend: true,
        },
        status: {
          startTime: null,
          active: null,
          succeeded: null,
          failed: null,
          conditions: [{ type: 'Suspended', status: 'True' }],
        },
      },
      {
        spec: {
          template: {
            spec: { containers: [{ name: 'c', image: 'x:1', resources: { limits: { cpu: '1' } } }] },
          },
        },
      },
      [],
    ],
    [
      {
        spec: {
          template: {
            spec: {
              affinity: {
                nodeAffinity: {
                  requiredDuringSchedulingIgnoredDuringExecution: {
                    nodeSelectorTerms: [{ matchExpressions: [{ key: 'k', operator: 'Exists' }] }],
                  },
                },
              },
            },
          },
          suspend: true,
        },
        status: {
          startTime: null,
          active: null,
          succeeded: null,
          failed: null,
          conditions: [{ type: 'Suspended', status: 'True' }],
        },
      },
      { spec: { template: { spec: { affinity: null } } } },
      [],
    ],
    [
      {
        spec: { suspend: true },
        status: {
          startTime: null,
          active: null,
          succeeded: null,
          failed: null,
          conditions: [{ type: 'Suspended', status: 'True' }],
        },
      },
      {
        spec: {
          template: {
            spec: {
              affinity: {
                nodeAffinity: {
                  preferredDuringSchedulingIgnoredDuringExecution: [
                    { weight: 1, preference: { matchExpressions: [{ key: 'k', operator: 'Exists' }] } },
                  ],
                },
              },
            },
          },
        },
      },
      [],
    ],
  ])('from %j by %j', (before, patch, messages) => {
    const current = patched(stored, before);
    const next = patched(current, patch);
    expect(updateRefusals(job, { current, next })).toEqual(messages);
  });
});
