import { describe, expect, it } from 'vitest';
import { type Members, patched, updateRefusals } from '../registry/decoded-fixture.ts';
import { pod } from './pod.ts';

const stored: Members = {
  metadata: { name: 'p', annotations: { a: 'b' } },
  spec: {
    serviceAccountName: 'default',
    serviceAccount: 'default',
    priority: 0,
    preemptionPolicy: 'PreemptLowerPriority',
    tolerations: [
      {
        key: 'node.kubernetes.io/not-ready',
        operator: 'Exists',
        effect: 'NoExecute',
        tolerationSeconds: 300,
      },
      {
        key: 'node.kubernetes.io/unreachable',
        operator: 'Exists',
        effect: 'NoExecute',
        tolerationSeconds: 300,
      },
    ],
    containers: [{ name: 'c', image: 'x:1' }],
    initContainers: [{ name: 'i', image: 'y:1' }],
    activeDeadlineSeconds: 10,
    restartPolicy: 'OnFailure',
  },
  status: {
    phase: 'Running',
    qosClass: 'BestEffort',
    podIP: '1.2.3.4',
    podIPs: [{ ip: '1.2.3.4' }],
    hostIP: '9.9.9.9',
    hostIPs: [{ ip: '9.9.9.9' }],
    conditions: [{ type: 'Ready', status: 'True', observedGeneration: 3 }],
    containerStatuses: [
      {
        name: 'c',
        ready: false,
        restartCount: 0,
        image: 'x:1',
        imageID: '',
        state: { terminated: { exitCode: 0 } },
      },
    ],
    initContainerStatuses: [
      {
        name: 'i',
        ready: true,
        restartCount: 0,
        image: 'y:1',
        imageID: '',
        state: { terminated: { exitCode: 1 } },
      },
    ],
  },
};
/** The first line of it: the difference follows. */
const onlyThese: string = expect.stringMatching(
  /^spec: Forbidden: pod updates may not change fields other than `spec.containers\[\*\].image`,.*\n--- \n\+\+\+ \n@@ /,
);

describe('what an update of a pod is refused for, as upstream says it', () => {
  it.each<readonly [Members, Members, string[]]>([
    [{}, {}, []],
    [{}, { spec: { containers: [{ name: 'c', image: 'z' }] } }, [onlyThese]],
    [{}, { spec: { containers: [{ name: 'c', image: '' }] } }, ['spec.containers[0].image: Required value']],
    [
      {},
      { spec: { containers: [{ name: 'c', image: ' z' }] } },
      ['spec.containers[0].image: Invalid value: " z": must not have leading or trailing whitespace'],
    ],
    [
      {},
      {
        spec: {
          containers: [
            { name: 'c', image: 'x:1' },
            { name: 'd', image: 'x' },
          ],
        },
      },
      ['spec.containers: Forbidden: pod updates may not add or remove containers'],
    ],
    [
      {},
      { spec: { initContainers: [] } },
      ['spec.initContainers: Forbidden: pod updates may not add or remove containers'],
    ],
    [{}, { spec: { activeDeadlineSeconds: 5 } }, []],
    [
      {},
      { spec: { activeDeadlineSeconds: 50 } },
      ['spec.activeDeadlineSeconds: Invalid value: 50: must be less than or equal to previous value'],
    ],
    [
      {},
      { spec: { activeDeadlineSeconds: null } },
      [
        'spec.activeDeadlineSeconds: Invalid value: null: must not update from a positive integer to nil value',
      ],
    ],
    [
      {},
      { spec: { activeDeadlineSeconds: -1 } },
      [
        'spec.activeDeadlineSeconds: Invalid value: -1: must be between 1 and 2147483647, inclusive',
        'spec.activeDeadlineSeconds: Invalid value: -1: must be between 0 and 2147483647, inclusive',
      ],
    ],
    [
      {},
      {
        spec: {
          tolerations: [
            {
              key: 'node.kubernetes.io/not-ready',
              operator: 'Exists',
              effect: 'NoExecute',
              tolerationSeconds: 300,
            },
            {
              key: 'node.kubernetes.io/unreachable',
              operator: 'Exists',
              effect: 'NoExecute',
              tolerationSeconds: 300,
            },
            { key: 'a', operator: 'Exists' },
          ],
        },
      },
      [],
    ],
    [
      {},
      {
        spec: {
          tolerations: [
            {
              key: 'node.kubernetes.io/not-ready',
              operator: 'Exists',
              effect: 'NoExecute',
              tolerationSeconds: 5,
            },
            {
              key: 'node.kubernetes.io/unreachable',
              operator: 'Exists',
              effect: 'NoExecute',
              tolerationSeconds: 300,
            },
          ],
        },
      },
      [],
    ],
    [
      {},
      {
        spec: {
          tolerations: [
            {
              key: 'node.kubernetes.io/not-ready',
              operator: 'Equal',
              effect: 'NoExecute',
              tolerationSeconds: 300,
            },
            {
              key: 'node.kubernetes.io/unreachable',
              operator: 'Exists',
              effect: 'NoExecute',
              tolerationSeconds: 300,
            },
          ],
        },
      },
      ['spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds'],
    ],
    [{}, { spec: { nodeName: 'n' } }, [onlyThese]],
    [
      {},
      { spec: { containers: [{ name: 'c', image: 'x:1', env: [{ name: 'a', value: 'b' }] }] } },
      [onlyThese],
    ],
    [
      {},
      { spec: { schedulingGates: [{ name: 'g' }] } },
      [
        "spec.schedulingGates[0].name: Forbidden: only deletion is allowed, but found new scheduling gate 'g'",
      ],
    ],
    [{}, { spec: { terminationGracePeriodSeconds: 1 } }, [onlyThese]],
    [
      {},
      {
        metadata: {
          annotations: {
            a: null,
            'container.apparmor.security.beta.kubernetes.io/c': 'unconfined',
            'kubernetes.io/config.mirror': 'x',
          },
        },
      },
      [
        'metadata.annotations[kubernetes.io/config.mirror]: Invalid value: "x": must set spec.nodeName if mirror pod annotation is set',
        'metadata.annotations[container.apparmor.security.beta.kubernetes.io/c]: Forbidden: may not add AppArmor annotations',
        'metadata.annotations[kubernetes.io/config.mirror]: Forbidden: may not add mirror pod annotation',
      ],
    ],
    [
      {},
      { spec: { hostname: 'BAD_' } },
      [
        "spec.hostname: Invalid value: \"BAD_\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
        onlyThese,
      ],
    ],
    [{}, { spec: { containers: [{ name: 'd', image: 'x:1' }] } }, [onlyThese]],
    [
      {},
      {
        status: {
          phase: null,
          qosClass: null,
          podIP: null,
          podIPs: null,
          hostIP: null,
          hostIPs: null,
          conditions: null,
          containerStatuses: null,
          initContainerStatuses: null,
        },
      },
      [],
    ],
    [
      {
        spec: {
          schedulingGates: [{ name: 'a' }, { name: 'b' }],
          nodeSelector: { x: '1' },
          affinity: {
            nodeAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: {
                nodeSelectorTerms: [{ matchExpressions: [{ key: 'k', operator: 'Exists' }] }],
              },
            },
          },
        },
      },
      { spec: { schedulingGates: [{ name: 'a' }] } },
      [],
    ],
    [
      {
        spec: {
          schedulingGates: [{ name: 'a' }, { name: 'b' }],
          nodeSelector: { x: '1' },
          affinity: {
            nodeAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: {
                nodeSelectorTerms: [{ matchExpressions: [{ key: 'k', operator: 'Exists' }] }],
              },
            },
          },
        },
      },
      { spec: { nodeSelector: { y: '2' } } },
      [],
    ],
    [
      {
        spec: {
          schedulingGates: [{ name: 'a' }, { name: 'b' }],
          nodeSelector: { x: '1' },
          affinity: {
            nodeAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: {
                nodeSelectorTerms: [{ matchExpressions: [{ key: 'k', operator: 'Exists' }] }],
              },
            },
          },
        },
      },
      { spec: { nodeSelector: { x: null } } },
      [
        'spec.nodeSelector: Invalid value: {}: only additions to spec.nodeSelector are allowed (no mutations or deletions)',
      ],
    ],
    [
      {
        spec: {
          schedulingGates: [{ name: 'a' }, { name: 'b' }],
          nodeSelector: { x: '1' },
          affinity: {
            nodeAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: {
                nodeSelectorTerms: [{ matchExpressions: [{ key: 'k', operator: 'Exists' }] }],
              },
            },
          },
        },
      },
      {
        spec: {
          affinity: {
            nodeAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: {
                nodeSelectorTerms: [
                  {
                    matchExpressions: [
                      { key: 'k', operator: 'Exists' },
                      { key: 'm', operator: 'Exists' },
                    ],
                  },
                ],
              },
            },
          },
        },
      },
      [],
    ],
    [
      {
        spec: {
          schedulingGates: [{ name: 'a' }, { name: 'b' }],
          nodeSelector: { x: '1' },
          affinity: {
            nodeAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: {
                nodeSelectorTerms: [{ matchExpressions: [{ key: 'k', operator: 'Exists' }] }],
              },
            },
          },
        },
      },
      {
        spec: {
          affinity: {
            nodeAffinity: {
              preferredDuringSchedulingIgnoredDuringExecution: [
                { weight: 1, preference: { matchExpressions: [{ key: 'm', operator: 'Exists' }] } },
              ],
            },
          },
        },
      },
      [],
    ],
    [
      { spec: { schedulingGates: [{ name: 'a' }] } },
      {
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
      [],
    ],
    [{ spec: { schedulingGates: [{ name: 'a' }] } }, { spec: { nodeSelector: { a: 'b' } } }, []],
  ])('from %j by %j', (before, patch, messages) => {
    const current = patched(stored, before);
    const next = patched(current, patch);
    expect(updateRefusals(pod, { current, next })).toEqual(messages);
  });
});
