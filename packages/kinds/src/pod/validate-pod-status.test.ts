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

describe('what an update of a pod status is refused for, as upstream says it', () => {
  it.each<readonly [Members, Members, string[]]>([
    [
      {},
      {
        status: {
          containerStatuses: [
            { name: 'c', ready: false, restartCount: 0, image: 'x:1', imageID: '', state: { running: {} } },
          ],
        },
      },
      ['status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state'],
    ],
    [
      {},
      {
        status: {
          initContainerStatuses: [
            { name: 'i', ready: true, restartCount: 0, image: 'y:1', imageID: '', state: { running: {} } },
          ],
        },
      },
      [],
    ],
    [
      {},
      { status: { qosClass: 'Guaranteed' } },
      ['status.qosClass: Invalid value: "Guaranteed": field is immutable'],
    ],
    [{}, { status: { qosClass: null } }, []],
    [{}, { status: { podIP: '5.6.7.8' } }, []],
    [{}, { status: { podIPs: [{ ip: '1.2.3.4' }, { ip: 'fe80::1' }] } }, []],
    [
      {},
      { status: { podIP: null, podIPs: [{ ip: 'x' }] } },
      ['status.podIPs[0]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
    ],
    [
      {},
      { status: { hostIPs: [{ ip: '8.8.8.8' }] } },
      ['status.hostIPs[0].ip: Invalid value: "8.8.8.8": must be equal to `hostIP`'],
    ],
    [
      {},
      {
        status: {
          conditions: [
            { type: 'Ready', status: 'True' },
            { type: 'a b', status: 'True', observedGeneration: -1 },
          ],
        },
      },
      [
        'status.conditions[1].observedGeneration: Invalid value: -1: must be a non-negative integer',
        "status.conditions[1].Type: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
      ],
    ],
    [
      {},
      { status: { nominatedNodeName: 'N_' } },
      [
        "status.nominatedNodeName: Invalid value: \"N_\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      ],
    ],
    [
      {},
      { status: { observedGeneration: -1 } },
      ['status.observedGeneration: Invalid value: -1: must be a non-negative integer'],
    ],
    [
      {},
      {
        metadata: {
          labels: { a: 'b' },
          ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: 'x', uid: 'u' }],
        },
        spec: { nodeName: 'x' },
      },
      [],
    ],
    [
      {},
      { status: { resourceClaimStatuses: [{ name: 'a' }, { name: 'a', resourceClaimName: 'X_' }] } },
      [
        'status.resourceClaimStatuses[0].name: Invalid value: "a": must match the name of an entry in `spec.resourceClaims`',
        'status.resourceClaimStatuses[1].name: Invalid value: "a": must match the name of an entry in `spec.resourceClaims`',
        'status.resourceClaimStatuses[1].name: Duplicate value: "a"',
        "status.resourceClaimStatuses[1].resourceClaimName: Invalid value: \"X_\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      ],
    ],
    [
      {},
      {
        status: {
          containerStatuses: [
            {
              name: 'c',
              ready: false,
              restartCount: 0,
              image: 'x:1',
              imageID: '',
              state: { terminated: { exitCode: 0 } },
              user: { linux: { uid: -1, gid: -1, supplementalGroups: [-1] } },
              allocatedResourcesStatus: [
                { name: 'claim:x' },
                {
                  name: 'cpu',
                  resources: [
                    { resourceID: 'a', health: 'X' },
                    { resourceID: 'a', health: 'Healthy', message: '' },
                  ],
                },
              ],
            },
          ],
          ephemeralContainerStatuses: [
            {
              name: 'e',
              ready: false,
              restartCount: 0,
              image: '',
              imageID: '',
              allocatedResourcesStatus: [{ name: 'x' }],
            },
          ],
        },
      },
      [
        'status.containerStatuses[0].user.linux.uid: Invalid value: -1: must be between 0 and 2147483647, inclusive',
        'status.containerStatuses[0].user.linux.gid: Invalid value: -1: must be between 0 and 2147483647, inclusive',
        'status.containerStatuses[0].user.linux.supplementalGroups[0]: Invalid value: -1: must be between 0 and 2147483647, inclusive',
        "status.containerStatuses[0].allocatedResourcesStatus[0].name: Invalid value: \"claim:x\": must match one of the container's resource claims in a format 'claim:<claimName>/<request>' or 'claim:<claimName>' if request is empty",
        'status.containerStatuses[0].allocatedResourcesStatus[1].name: Invalid value: "cpu": must match one of the container\'s resource requests',
        'status.containerStatuses[0].allocatedResourcesStatus[1].resources[0].health: Unsupported value: "X": supported values: "Healthy", "Unhealthy", "Unknown"',
        'status.containerStatuses[0].allocatedResourcesStatus[1].resources[1].message: Required value: must be non-empty if specified',
        'status.containerStatuses[0].allocatedResourcesStatus[1].resources[1].resourceID: Duplicate value: "a"',
        'status.ephemeralContainerStatuses[0].allocatedResourcesStatus: Forbidden: must not be specified in container status',
      ],
    ],
    [
      {},
      {
        status: {
          extendedResourceClaimStatus: {
            requestMappings: [
              { containerName: 'c', resourceName: 'r', requestName: 'R_' },
              { containerName: 'zz', resourceName: 'r', requestName: 'r' },
              { containerName: 'zz', resourceName: 'r', requestName: 'r' },
            ],
            resourceClaimName: '',
          },
        },
      },
      [
        'status.extendedResourceClaimStatus.requestMappings[0].resourceName: Invalid value: "r": must match the extended resource name of an entry in spec.initContainers.resources.requests or spec.containers.resources.requests',
        "status.extendedResourceClaimStatus.requestName: Invalid value: \"R_\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
        'status.extendedResourceClaimStatus.requestMappings[1].containerName: Invalid value: "zz": must match the name of an entry in spec.initContainers.name or spec.containers.name',
        'status.extendedResourceClaimStatus.requestMappings[2].containerName: Invalid value: "zz": must match the name of an entry in spec.initContainers.name or spec.containers.name',
        'status.extendedResourceClaimStatus.requestMappings[2].containerName: Duplicate value: "zz"',
        'status.extendedResourceClaimStatus.requestMappings[2].resourceName: Duplicate value: "r"',
        'status.extendedResourceClaimStatus.requestMappings[2].requestName: Duplicate value: "r"',
        'status.extendedResourceClaimStatus.resourceClaimName: Required value',
      ],
    ],
    [
      { spec: { nodeName: 'n' } },
      { status: { nominatedNodeName: 'm' } },
      ['status.nominatedNodeName: Forbidden: may not be set on pods that are already bound to a node'],
    ],
    [
      { spec: { containers: [{ name: 'c', image: 'x:1', restartPolicy: 'Always' }] } },
      {
        status: {
          containerStatuses: [
            { name: 'c', ready: false, restartCount: 0, image: 'x:1', imageID: '', state: { running: {} } },
          ],
        },
      },
      [],
    ],
  ])('from %j by %j', (before, patch, messages) => {
    const current = patched(stored, before);
    const next = patched(current, patch);
    expect(updateRefusals(pod, { current, next }, pod.strategy.status)).toEqual(messages);
  });
});
