import { describe, expect, it } from 'vitest';
import { created } from '../registry/decoded-fixture.ts';
import { pod } from '../pod/pod.ts';

/** `container` are members of the pod's only container. */
function refusals({ container, ...spec }: Record<string, unknown>): string[] {
  const containers = [{ name: 'c', image: 'nginx', ...(container as object) }];
  return created(pod, { metadata: { name: 'p' }, spec: { containers, ...spec } }).refusals;
}

describe('what a pod spec is refused for, as upstream says it', () => {
  it.each<readonly [Record<string, unknown>, string[]]>([
    [
      { restartPolicy: 'Odd' },
      ['spec.restartPolicy: Unsupported value: "Odd": supported values: "Always", "OnFailure", "Never"'],
    ],
    [
      { dnsPolicy: 'Odd' },
      [
        'spec.dnsPolicy: Unsupported value: "Odd": supported values: "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"',
      ],
    ],
    [
      { dnsPolicy: 'None' },
      ['spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None'],
    ],
    [
      { dnsPolicy: 'None', dnsConfig: {} },
      [
        'spec.dnsConfig.nameservers: Required value: must provide at least one DNS nameserver when `dnsPolicy` is None',
      ],
    ],
    [
      {
        dnsConfig: {
          nameservers: ['1.2.3.4', 'a', '01.2.3.4', '::ffff:1.2.3.4'],
          searches: ['a_b.c.', '.', 'A', 'x'.repeat(300)],
          options: [{ name: '' }, { name: 'a' }],
        },
      },
      [
        'spec.dnsConfig.nameservers: Invalid value: ["1.2.3.4","a","01.2.3.4","::ffff:1.2.3.4"]: must not have more than 3 nameservers',
        'spec.dnsConfig.nameservers[1]: Invalid value: "a": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
        'spec.dnsConfig.nameservers[2]: Invalid value: "01.2.3.4": must not have leading 0s',
        'spec.dnsConfig.nameservers[3]: Invalid value: "::ffff:1.2.3.4": must not be an IPv4-mapped IPv6 address',
        "spec.dnsConfig.searches[2]: Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*')",
        'spec.dnsConfig.searches[3]: Invalid value: "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx": must be no more than 253 characters',
        'spec.dnsConfig.options[0]: Required value: must not be empty',
      ],
    ],
    [
      { nodeSelector: { 'a b': 'c', x: 'y z', 'beta.kubernetes.io/os': 'linux' } },
      [
        "spec.nodeSelector: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
        "spec.nodeSelector: Invalid value: \"y z\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
      ],
    ],
    [
      {
        securityContext: {
          runAsUser: -1,
          runAsGroup: 2147483648,
          fsGroup: -5,
          supplementalGroups: [-1],
          fsGroupChangePolicy: 'X',
          supplementalGroupsPolicy: 'X',
          seLinuxChangePolicy: 'MountOption',
          seccompProfile: { type: 'X' },
          appArmorProfile: { type: '' },
        },
      },
      [
        'spec.securityContext.fsGroup: Invalid value: -5: must be between 0 and 2147483647, inclusive',
        'spec.securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive',
        'spec.securityContext.runAsGroup: Invalid value: 2147483648: must be between 0 and 2147483647, inclusive',
        'spec.securityContext.supplementalGroups[0]: Invalid value: -1: must be between 0 and 2147483647, inclusive',
        'spec.securityContext.fsGroupChangePolicy: Unsupported value: "X": supported values: "Always", "OnRootMismatch"',
        'spec.securityContext.seccompProfile.type: Unsupported value: "X": supported values: "Localhost", "RuntimeDefault", "Unconfined"',
        'spec.securityContext.appArmorProfile.type: Required value: type is required when appArmorProfile is set',
        'spec.securityContext.supplementalGroupsPolicy: Unsupported value: "X": supported values: "Merge", "Strict"',
        'spec.securityContext.seLinuxChangePolicy: Unsupported value: "MountOption": supported values: "Recursive"',
      ],
    ],
    [
      { hostPID: true, shareProcessNamespace: true },
      [
        'spec.securityContext.shareProcessNamespace: Invalid value: true: ShareProcessNamespace and HostPID cannot both be enabled',
      ],
    ],
    [
      {
        securityContext: {
          sysctls: [
            { name: '', value: '' },
            { name: 'A', value: '' },
            { name: 'kernel.shm_rmid_forced', value: '1' },
            { name: 'kernel.shm_rmid_forced', value: '1' },
            { name: 'net/ipv4/x', value: '1' },
          ],
        },
        hostNetwork: true,
        hostIPC: true,
      },
      [
        'spec.securityContext.sysctls[0].name: Required value',
        'spec.securityContext.sysctls[1].name: Invalid value: "A": must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$',
        'spec.securityContext.sysctls[2].name: Invalid value: "kernel.shm_rmid_forced": may not be specified when \'hostIPC\' is true',
        'spec.securityContext.sysctls[3].name: Duplicate value: "kernel.shm_rmid_forced"',
        'spec.securityContext.sysctls[3].name: Invalid value: "kernel.shm_rmid_forced": may not be specified when \'hostIPC\' is true',
        'spec.securityContext.sysctls[4].name: Invalid value: "net/ipv4/x": may not be specified when \'hostNetwork\' is true',
      ],
    ],
    [
      { securityContext: { seccompProfile: { type: 'Localhost' }, appArmorProfile: { type: 'Localhost' } } },
      [
        'spec.securityContext.seccompProfile.localhostProfile: Required value: must be set when seccomp type is Localhost',
        'spec.securityContext.appArmorProfile.localhostProfile: Required value: must be set when AppArmor type is Localhost',
      ],
    ],
    [
      {
        securityContext: {
          seccompProfile: { type: 'Localhost', localhostProfile: '/x' },
          appArmorProfile: { type: 'Localhost', localhostProfile: ' x' },
        },
      },
      [
        'spec.securityContext.seccompProfile.localhostProfile: Invalid value: "/x": must be a relative path',
        'spec.securityContext.appArmorProfile.localhostProfile: Invalid value: " x": must not be padded with whitespace',
      ],
    ],
    [
      { securityContext: { seccompProfile: { type: '' }, appArmorProfile: { type: 'Odd' } } },
      [
        'spec.securityContext.seccompProfile.type: Required value: type is required when seccompProfile is set',
        'spec.securityContext.appArmorProfile.type: Unsupported value: "Odd": supported values: "Localhost", "RuntimeDefault", "Unconfined"',
      ],
    ],
    [
      { securityContext: { appArmorProfile: { type: 'Localhost', localhostProfile: '' } } },
      [
        'spec.securityContext.appArmorProfile.localhostProfile: Required value: must be set when AppArmor type is Localhost',
      ],
    ],
    [
      { container: { securityContext: { procMount: 'X' } } },
      [
        'spec.containers[0].securityContext.procMount: Unsupported value: "X": supported values: "Default", "Unmasked"',
      ],
    ],
    [
      {
        container: {
          securityContext: { procMount: 'Unmasked' },
          volumeDevices: [{ name: 'p', devicePath: '/x' }],
        },
        hostUsers: false,
        hostNetwork: true,
        hostPID: true,
        hostIPC: true,
        volumes: [{ name: 'p', persistentVolumeClaim: { claimName: 'x' } }],
      },
      [
        'spec.hostNetwork: Forbidden: when `hostUsers` is false',
        'spec.HostPID: Forbidden: when `hostUsers` is false',
        'spec.HostIPC: Forbidden: when `hostUsers` is false',
        'spec.containers[0].volumeDevices: Forbidden: when `hostUsers` is false',
      ],
    ],
    [
      {
        container: {
          securityContext: {
            windowsOptions: { gmsaCredentialSpecName: 'A', gmsaCredentialSpec: '', runAsUserName: '' },
          },
        },
      },
      [
        "spec.containers[0].securityContext.windowsOptions.gmsaCredentialSpecName: Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
        'spec.containers[0].securityContext.windowsOptions.gmsaCredentialSpec: Invalid value: "": gmsaCredentialSpec cannot be an empty string',
        'spec.containers[0].securityContext.windowsOptions.runAsUserName: Invalid value: "": runAsUserName cannot be an empty string',
      ],
    ],
    [
      { container: { securityContext: { windowsOptions: { runAsUserName: 'a\\b\\c' } } } },
      [
        'spec.containers[0].securityContext.windowsOptions.runAsUserName: Invalid value: "a\\\\b\\\\c": runAsUserName cannot contain more than one backslash',
      ],
    ],
    [
      { container: { securityContext: { windowsOptions: { runAsUserName: 'dom*ain\\user' } } } },
      [
        'spec.containers[0].securityContext.windowsOptions.runAsUserName: Invalid value: "dom*ain\\\\user": runAsUserName\'s Domain doesn\'t match the NetBios nor the DNS format',
      ],
    ],
    [
      { container: { securityContext: { windowsOptions: { runAsUserName: '\\user' } } } },
      [
        'spec.containers[0].securityContext.windowsOptions.runAsUserName: Invalid value: "\\\\user": runAsUserName\'s Domain doesn\'t match the NetBios nor the DNS format',
      ],
    ],
    [
      { container: { securityContext: { windowsOptions: { runAsUserName: 'dom\\' } } } },
      [
        'spec.containers[0].securityContext.windowsOptions.runAsUserName: Invalid value: "dom\\\\": runAsUserName\'s User cannot be empty',
      ],
    ],
    [
      { container: { securityContext: { windowsOptions: { runAsUserName: '...' } } } },
      [
        'spec.containers[0].securityContext.windowsOptions.runAsUserName: Invalid value: "...": runAsUserName\'s User cannot contain only periods or spaces',
      ],
    ],
    [
      { container: { securityContext: { windowsOptions: { runAsUserName: 'a/b' } } } },
      [
        'spec.containers[0].securityContext.windowsOptions.runAsUserName: Invalid value: "a/b": runAsUserName\'s User cannot contain the following characters: "/\\:;|=,+*?<>@[]',
      ],
    ],
    [
      {
        container: {
          securityContext: {
            windowsOptions: {
              runAsUserName:
                'dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd\\u',
            },
          },
        },
      },
      [
        'spec.containers[0].securityContext.windowsOptions.runAsUserName: Invalid value: "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd\\\\u": runAsUserName\'s Domain length must be under 256 characters',
        'spec.containers[0].securityContext.windowsOptions.runAsUserName: Invalid value: "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd\\\\u": runAsUserName\'s Domain doesn\'t match the NetBios nor the DNS format',
      ],
    ],
    [
      { container: { securityContext: { windowsOptions: { runAsUserName: 'u'.repeat(105) } } } },
      [
        'spec.containers[0].securityContext.windowsOptions.runAsUserName: Invalid value: "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu": runAsUserName\'s User length must not be longer than 104 characters',
      ],
    ],
    [
      {
        container: { securityContext: { windowsOptions: { hostProcess: false } } },
        securityContext: { windowsOptions: { hostProcess: true } },
      },
      [
        'spec.containers[0].securityContext.windowsOptions.hostProcess: Invalid value: false: pod hostProcess value must be identical if both are specified, was true',
      ],
    ],
    [
      {
        container: { securityContext: { windowsOptions: { hostProcess: true } } },
        initContainers: [{ name: 'i', image: 'x' }],
      },
      [
        'spec: Invalid value: "": If pod contains any hostProcess containers then all containers must be HostProcess containers',
        'spec.hostNetwork: Invalid value: false: hostNetwork must be true if pod contains any hostProcess containers',
      ],
    ],
    [{ os: { name: '' } }, ['spec.os.name: Required value']],
    [{ os: { name: 'mac' } }, ['spec.os: Unsupported value: "mac": supported values: "linux", "windows"']],
    [
      {
        container: { securityContext: { windowsOptions: {} } },
        os: { name: 'linux' },
        securityContext: { windowsOptions: {} },
      },
      [
        'spec.securityContext.windowsOptions: Forbidden: windows options cannot be set for a linux pod',
        'spec.containers[0].securityContext.windowsOptions: Forbidden: windows options cannot be set for a linux pod',
      ],
    ],
    [
      {
        hostAliases: [
          { ip: '1.2.3.4', hostnames: ['a_b'] },
          { ip: 'x' },
          { ip: '1.2.3.4' },
          { ip: '2001:DB8::1' },
        ],
      },
      [
        "spec.hostAliases[0].hostnames[0]: Invalid value: \"a_b\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
        'spec.hostAliases[1].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      ],
    ],
    [
      { activeDeadlineSeconds: 2147483648 },
      ['spec.activeDeadlineSeconds: Invalid value: 2147483648: must be between 1 and 2147483647, inclusive'],
    ],
    [
      { runtimeClassName: '' },
      [
        "spec.runtimeClassName: Invalid value: \"\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      ],
    ],
    [
      { hostnameOverride: 'a.B', setHostnameAsFQDN: true, hostNetwork: true },
      [
        'spec.hostnameOverride: Forbidden: may not be specified when setHostnameAsFQDN is true',
        'spec.hostnameOverride: Forbidden: may not be specified when hostNetwork is true',
        "spec.hostnameOverride: Invalid value: \"a.B\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      ],
    ],
    [
      { hostnameOverride: 'a'.repeat(65) },
      ['spec.hostnameOverride: Too long: may not be more than 64 bytes'],
    ],
    [
      { overhead: { cpu: '-1', memory: '1500m', foo: '1' } },
      [
        'spec.overhead.limits[cpu]: Invalid value: "-1": must be greater than or equal to 0',
        'spec.overhead.limits[foo]: Invalid value: "foo": must be a standard resource type or fully qualified',
        'spec.overhead.limits[foo]: Invalid value: "foo": must be a standard resource for containers',
      ],
    ],
    [
      {
        tolerations: [
          { key: 'a b' },
          { operator: 'Equal' },
          { key: 'a', operator: 'Exists', value: 'v' },
          { key: 'a', operator: 'Odd' },
          { key: 'a', value: 'x y' },
          { key: 'a', effect: 'X', tolerationSeconds: 1 },
          { key: 'a', operator: 'Lt', value: '1' },
          { operator: 'Exists' },
        ],
      },
      [
        "spec.tolerations[0].key: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
        'spec.tolerations[1].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys"',
        'spec.tolerations[2].operator: Invalid value: "v": value must be empty when `operator` is \'Exists\'',
        'spec.tolerations[3].operator: Unsupported value: "Odd": supported values: "Equal", "Exists"',
        "spec.tolerations[4].operator: Invalid value: \"x y\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
        'spec.tolerations[5].effect: Invalid value: "X": effect must be \'NoExecute\' when `tolerationSeconds` is set',
        'spec.tolerations[5].effect: Unsupported value: "X": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
        'spec.tolerations[6].operator: Unsupported value: "Lt": supported values: "Equal", "Exists", "Lt", "Gt"',
      ],
    ],
    [
      {
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] },
            preferredDuringSchedulingIgnoredDuringExecution: [
              {
                weight: 0,
                preference: {
                  matchExpressions: [{ key: 'beta.kubernetes.io/arch', operator: 'In', values: ['a b'] }],
                },
              },
              { weight: 101, preference: {} },
            ],
          },
        },
      },
      [
        'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: Required value: must have at least one node selector term',
        'spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: Invalid value: 0: must be in the range 1-100',
        'spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[1].weight: Invalid value: 101: must be in the range 1-100',
      ],
    ],
  ])('%j', (members, messages) => {
    expect(refusals(members)).toEqual(messages);
  });
});
