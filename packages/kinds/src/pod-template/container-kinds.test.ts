import { describe, expect, it } from 'vitest';
import { created } from '../registry/decoded-fixture.ts';
import { pod } from '../pod/pod.ts';

/** `container` are members of the pod's only container. */
function refusals({ container, ...spec }: Record<string, unknown>): string[] {
  const containers = [{ name: 'c', image: 'nginx', ...(container as object) }];
  return created(pod, { metadata: { name: 'p' }, spec: { containers, ...spec } }).refusals;
}

describe('what init, ephemeral and mounting containers are refused for, as upstream says it', () => {
  it.each<readonly [Record<string, unknown>, string[]]>([
    [
      { container: { startupProbe: { grpc: { port: 99999 }, successThreshold: 3 } } },
      [
        'spec.containers[0].startupProbe.grpc.port: Invalid value: 99999: must be between 1 and 65535, inclusive',
        'spec.containers[0].startupProbe.successThreshold: Invalid value: 3: must be 1',
      ],
    ],
    [
      { container: { startupProbe: { httpGet: { port: '', path: 'x' } } } },
      [
        'spec.containers[0].startupProbe.httpGet.port: Invalid value: "": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
        'spec.containers[0].startupProbe.httpGet.port: Invalid value: "": must contain at least one letter (a-z)',
      ],
    ],
    [
      { container: { lifecycle: { preStop: {}, postStart: { sleep: { seconds: 31 } } } } },
      [
        'spec.containers[0].lifecycle.postStart.sleep: Invalid value: 31: must be non-negative and less than terminationGracePeriodSeconds (30)',
        'spec.containers[0].lifecycle.preStop: Required value: must specify a handler type',
      ],
    ],
    [
      {
        container: {
          lifecycle: { preStop: { sleep: { seconds: -1 } }, postStart: { httpGet: { port: 8 } } },
        },
        terminationGracePeriodSeconds: 5,
      },
      [
        'spec.containers[0].lifecycle.preStop.sleep: Invalid value: -1: must be non-negative and less than terminationGracePeriodSeconds (5)',
      ],
    ],
    [{ initContainers: [{ name: 'c', image: 'x' }] }, ['spec.initContainers[0].name: Duplicate value: "c"']],
    [{ initContainers: [{ name: '', image: 'x' }] }, ['spec.initContainers[0].name: Required value']],
    [
      {
        initContainers: [
          {
            name: 'i',
            image: 'x',
            livenessProbe: { exec: { command: ['a'] } },
            readinessProbe: {},
            lifecycle: {},
            startupProbe: {},
          },
        ],
      },
      [
        'spec.initContainers[0].lifecycle: Forbidden: may not be set for init containers without restartPolicy=Always',
        'spec.initContainers[0].livenessProbe: Forbidden: may not be set for init containers without restartPolicy=Always',
        'spec.initContainers[0].readinessProbe: Forbidden: may not be set for init containers without restartPolicy=Always',
        'spec.initContainers[0].startupProbe: Forbidden: may not be set for init containers without restartPolicy=Always',
      ],
    ],
    [
      {
        initContainers: [
          {
            name: 'i',
            image: 'x',
            restartPolicy: 'Always',
            livenessProbe: { exec: { command: ['a'] }, successThreshold: 2 },
            lifecycle: { preStop: {} },
          },
        ],
      },
      [
        'spec.initContainers[0].lifecycle.preStop: Required value: must specify a handler type',
        'spec.initContainers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1',
      ],
    ],
    [
      {
        initContainers: [
          {
            name: 'i',
            image: 'x',
            resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }],
          },
        ],
      },
      [
        'spec.initContainers[0].resizePolicy[0].restartPolicy: Invalid value: "RestartContainer": must not be set to \'RestartContainer\' for non-sidecar initContainers',
      ],
    ],
    [
      { initContainers: [{ name: 'i', image: 'x', restartPolicy: 'X' }] },
      [
        'spec.initContainers[0].restartPolicy: Unsupported value: "X": supported values: "Always", "Never", "OnFailure"',
      ],
    ],
    [
      { initContainers: [{ name: 'i', image: ' y' }] },
      ['spec.initContainers[0].image: Invalid value: " y": must not have leading or trailing whitespace'],
    ],
    [
      {
        initContainers: [
          {
            name: 'i',
            image: 'x',
            ports: [
              { containerPort: 1, hostPort: 2 },
              { containerPort: 3, hostPort: 2 },
            ],
          },
        ],
      },
      ['spec.initContainers[0].ports[1].hostPort: Duplicate value: "TCP//2"'],
    ],
    [
      { ephemeralContainers: [{ name: 'e', image: 'x' }] },
      ['spec.ephemeralContainers: Forbidden: cannot be set on create'],
    ],
    [
      {
        ephemeralContainers: [
          {
            name: 'c',
            image: 'x',
            targetContainerName: 'zz',
            ports: [{ containerPort: 1 }],
            livenessProbe: { exec: { command: ['a'] } },
            resources: { limits: { cpu: '1' } },
            volumeMounts: [{ name: 'v', mountPath: '/a', subPath: 'b', subPathExpr: 'c' }],
            lifecycle: {},
          },
        ],
        volumes: [{ name: 'v', emptyDir: {} }],
      },
      [
        'spec.ephemeralContainers[0].volumeMounts[0].subPathExpr: Invalid value: "c": subPathExpr and subPath are mutually exclusive',
        'spec.ephemeralContainers[0].name: Duplicate value: "c"',
        'spec.ephemeralContainers[0].targetContainerName: Not found: "zz"',
        'spec.ephemeralContainers[0].ports: Forbidden: cannot be set for an Ephemeral Container',
        'spec.ephemeralContainers[0].resources: Forbidden: cannot be set for an Ephemeral Container',
        'spec.ephemeralContainers[0].livenessProbe: Forbidden: cannot be set for an Ephemeral Container',
        'spec.ephemeralContainers[0].lifecycle: Forbidden: cannot be set for an Ephemeral Container',
        'spec.ephemeralContainers[0].volumeMounts[0].subPath: Forbidden: cannot be set for an Ephemeral Container',
        'spec.ephemeralContainers[0].volumeMounts[0].subPathExpr: Forbidden: cannot be set for an Ephemeral Container',
        'spec.ephemeralContainers: Forbidden: cannot be set on create',
      ],
    ],
    [
      {
        container: {
          volumeMounts: [
            { name: '', mountPath: '' },
            { name: 'x', mountPath: '/a' },
            { name: 'v', mountPath: '/a' },
          ],
        },
        volumes: [
          { name: 'v', emptyDir: {} },
          { name: 'p', persistentVolumeClaim: { claimName: 'x' } },
        ],
      },
      [
        'spec.containers[0].volumeMounts[0].name: Required value',
        'spec.containers[0].volumeMounts[0].name: Not found: ""',
        'spec.containers[0].volumeMounts[0].mountPath: Required value',
        'spec.containers[0].volumeMounts[1].name: Not found: "x"',
        'spec.containers[0].volumeMounts[2].mountPath: Invalid value: "/a": must be unique',
      ],
    ],
    [
      {
        container: { volumeMounts: [{ name: 'v', mountPath: '/a', subPath: '/abs', subPathExpr: '../x' }] },
        volumes: [
          { name: 'v', emptyDir: {} },
          { name: 'p', persistentVolumeClaim: { claimName: 'x' } },
        ],
      },
      [
        'spec.containers[0].volumeMounts.subPath: Invalid value: "/abs": must be a relative path',
        'spec.containers[0].volumeMounts[0].subPathExpr: Invalid value: "../x": subPathExpr and subPath are mutually exclusive',
        'spec.containers[0].volumeMounts.subPathExpr: Invalid value: "../x": must not contain \'..\'',
      ],
    ],
    [
      {
        container: {
          volumeMounts: [
            { name: 'v', mountPath: '/a', mountPropagation: 'Bidirectional' },
            { name: 'v', mountPath: '/b', mountPropagation: 'Odd' },
            { name: 'v', mountPath: '/c', recursiveReadOnly: 'Enabled', mountPropagation: 'HostToContainer' },
            { name: 'v', mountPath: '/d', recursiveReadOnly: 'X' },
            { name: 'v', mountPath: '/e', recursiveReadOnly: 'IfPossible', readOnly: true },
          ],
        },
        volumes: [
          { name: 'v', emptyDir: {} },
          { name: 'p', persistentVolumeClaim: { claimName: 'x' } },
        ],
      },
      [
        'spec.containers[0].volumeMounts.mountPropagation: Forbidden: Bidirectional mount propagation is available only to privileged containers',
        'spec.containers[0].volumeMounts.mountPropagation: Unsupported value: "Odd": supported values: "Bidirectional", "HostToContainer", "None"',
        'spec.containers[0].volumeMounts.recursiveReadOnly: Forbidden: may only be specified when readOnly is true',
        'spec.containers[0].volumeMounts.recursiveReadOnly: Forbidden: may only be specified when mountPropagation is None or not specified',
        'spec.containers[0].volumeMounts.recursiveReadOnly: Unsupported value: "X": supported values: "Disabled", "Enabled", "IfPossible"',
      ],
    ],
    [
      {
        container: {
          volumeMounts: [{ name: 'p', mountPath: '/a' }],
          volumeDevices: [
            { name: 'p', devicePath: '/a' },
            { name: 'v', devicePath: '/x' },
            { name: 'zz', devicePath: '../y' },
            { name: '', devicePath: '' },
            { name: 'p', devicePath: '/x' },
          ],
        },
        volumes: [
          { name: 'v', emptyDir: {} },
          { name: 'p', persistentVolumeClaim: { claimName: 'x' } },
        ],
      },
      [
        'spec.containers[0].volumeMounts[0].name: Invalid value: "p": must not already exist in volumeDevices',
        'spec.containers[0].volumeDevices[0].name: Invalid value: "p": must not already exist in volumeMounts',
        'spec.containers[0].volumeDevices[0].devicePath: Invalid value: "/a": must not already exist as a path in volumeMounts',
        'spec.containers[0].volumeDevices[1].name: Invalid value: "v": can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode',
        'spec.containers[0].volumeDevices[2].name: Not found: "zz"',
        'spec.containers[0].volumeDevices[2].devicePath: Invalid value: "../y": can not contain backsteps (\'..\')',
        'spec.containers[0].volumeDevices[3].name: Required value',
        'spec.containers[0].volumeDevices[3].name: Not found: ""',
        'spec.containers[0].volumeDevices[3].devicePath: Required value',
        'spec.containers[0].volumeDevices[4].name: Invalid value: "p": must be unique',
        'spec.containers[0].volumeDevices[4].devicePath: Invalid value: "/x": must be unique',
        'spec.containers[0].volumeDevices[4].name: Invalid value: "p": must not already exist in volumeMounts',
      ],
    ],
  ])('%j', (members, messages) => {
    expect(refusals(members)).toEqual(messages);
  });
});
