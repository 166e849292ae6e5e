import { describe, expect, it } from 'vitest';
import { created } from '../registry/decoded-fixture.ts';
import { pod } from '../pod/pod.ts';

describe('what is warned of in a pod, as upstream says it', () => {
  it.each<readonly [Record<string, unknown>, string[]]>([
    [
      {
        metadata: { name: 'p' },
        spec: {
          containers: [
            {
              name: 'c',
              image: 'nginx',
              ports: [
                { containerPort: 80, name: 'a' },
                { containerPort: 81, name: 'a' },
                { containerPort: 70000, hostPort: -1, protocol: 'HTTP', name: 'BAD--name-which-is-too-long' },
              ],
            },
          ],
        },
      },
      [
        'spec.containers[0].ports[1]: duplicate port name "a" with spec.containers[0].ports[0], services and probes that select ports by name will use spec.containers[0].ports[0]',
      ],
    ],
    [
      {
        metadata: { name: 'p' },
        spec: {
          containers: [
            {
              name: 'c',
              image: 'nginx',
              ports: [
                { containerPort: 80, hostPort: 8080 },
                { containerPort: 81, hostPort: 8080 },
                { containerPort: 82, hostIP: '1.2.3.4' },
              ],
            },
          ],
        },
      },
      [
        'spec.containers[0].ports[2]: hostIP set without hostPort: {Name: HostPort:0 ContainerPort:82 Protocol:TCP HostIP:1.2.3.4}',
      ],
    ],
    [
      {
        metadata: { name: 'p' },
        spec: {
          containers: [{ name: 'c', image: 'nginx', ports: [{ containerPort: 80, name: 'a' }] }],
          initContainers: [
            {
              name: 'i',
              image: 'x',
              ports: [
                { containerPort: 80, name: 'a', hostPort: 5 },
                { containerPort: 80, hostPort: 5 },
              ],
            },
          ],
        },
      },
      [
        'spec.initContainers[0].ports[1]: duplicate port definition with spec.initContainers[0].ports[0]',
        'spec.containers[0].ports[0]: overlapping port definition with spec.initContainers[0].ports[0]',
        'spec.containers[0].ports[0]: overlapping port definition with spec.initContainers[0].ports[1]',
        'spec.containers[0].ports[0]: duplicate port name "a" with spec.initContainers[0].ports[0], services and probes that select ports by name will use spec.initContainers[0].ports[0]',
      ],
    ],
    [
      {
        metadata: { name: 'p' },
        spec: {
          containers: [
            {
              name: 'c',
              image: 'nginx',
              env: [
                { name: 'A', value: '1' },
                { name: 'A', value: '2' },
                { name: 'A', value: '$(A)x' },
                { name: 'A', value: '$(A)' },
              ],
            },
          ],
        },
      },
      [
        'spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply',
        'spec.containers[0].env[3]: hides previous definition of "A", which may be dropped when using apply',
      ],
    ],
    [
      {
        metadata: { name: 'p' },
        spec: {
          containers: [
            { name: 'c', image: 'nginx', resources: { requests: { cpu: '100u', memory: '1500m' } } },
          ],
        },
      },
      [
        'spec.containers[0].resources.requests[memory]: fractional byte value "1500m" is invalid, must be an integer',
      ],
    ],
    [
      {
        metadata: { name: 'p' },
        spec: {
          containers: [{ name: 'c', image: 'nginx' }],
          volumes: [{ name: 'v', gitRepo: { repository: '', directory: '/x' } }],
        },
      },
      ['spec.volumes[0].gitRepo: deprecated in v1.11, and disabled by default in v1.33+'],
    ],
    [
      {
        metadata: { name: 'p' },
        spec: {
          containers: [{ name: 'c', image: 'nginx' }],
          volumes: [{ name: 'v', glusterfs: { endpoints: '', path: '' } }],
        },
      },
      ['spec.volumes[0].glusterfs: deprecated in v1.25, non-functional in v1.26+'],
    ],
    [
      {
        metadata: { name: 'p' },
        spec: { containers: [{ name: 'c', image: 'nginx' }], volumes: [{ name: 'v', flocker: {} }] },
      },
      ['spec.volumes[0].flocker: deprecated in v1.22, non-functional in v1.25+'],
    ],
    [
      {
        metadata: { name: 'p' },
        spec: {
          containers: [{ name: 'c', image: 'nginx' }],
          volumes: [{ name: 'v', flocker: { datasetName: 'a/b', datasetUUID: 'u' } }],
        },
      },
      ['spec.volumes[0].flocker: deprecated in v1.22, non-functional in v1.25+'],
    ],
    [
      {
        metadata: { name: 'p' },
        spec: {
          containers: [{ name: 'c', image: 'nginx' }],
          volumes: [{ name: 'v', rbd: { monitors: [], image: '' } }],
        },
      },
      ['spec.volumes[0].rbd: deprecated in v1.28, non-functional in v1.31+'],
    ],
    [
      {
        metadata: { name: 'p' },
        spec: {
          containers: [{ name: 'c', image: 'nginx' }],
          volumes: [{ name: 'v', rbd: { monitors: ['a'], image: 'i' } }],
        },
      },
      ['spec.volumes[0].rbd: deprecated in v1.28, non-functional in v1.31+'],
    ],
    [
      {
        metadata: { name: 'p' },
        spec: { containers: [{ name: 'c', image: 'nginx' }], volumes: [{ name: 'v', cephfs: {} }] },
      },
      ['spec.volumes[0].cephfs: deprecated in v1.28, non-functional in v1.31+'],
    ],
    [
      {
        metadata: { name: 'p' },
        spec: {
          containers: [{ name: 'c', image: 'nginx' }],
          volumes: [{ name: 'v', quobyte: { registry: '', volume: '' } }],
        },
      },
      ['spec.volumes[0].quobyte: deprecated in v1.22, non-functional in v1.25+'],
    ],
    [
      {
        metadata: { name: 'p' },
        spec: {
          containers: [{ name: 'c', image: 'nginx' }],
          volumes: [{ name: 'v', quobyte: { registry: 'a,b:1', volume: 'v' } }],
        },
      },
      ['spec.volumes[0].quobyte: deprecated in v1.22, non-functional in v1.25+'],
    ],
    [
      {
        metadata: { name: 'p' },
        spec: {
          containers: [{ name: 'c', image: 'nginx' }],
          volumes: [{ name: 'v', quobyte: { registry: 'a:1', volume: 'v', tenant: 't'.repeat(65) } }],
        },
      },
      ['spec.volumes[0].quobyte: deprecated in v1.22, non-functional in v1.25+'],
    ],
    [
      {
        metadata: { name: 'p' },
        spec: {
          containers: [{ name: 'c', image: 'nginx' }],
          volumes: [{ name: 'v', photonPersistentDisk: { pdID: '' } }],
        },
      },
      ['spec.volumes[0].photonPersistentDisk: deprecated in v1.11, non-functional in v1.16+'],
    ],
    [
      {
        metadata: { name: 'p' },
        spec: {
          containers: [{ name: 'c', image: 'nginx' }],
          volumes: [{ name: 'v', storageos: { secretRef: { name: '' } } }],
        },
      },
      ['spec.volumes[0].storageOS: deprecated in v1.22, non-functional in v1.25+'],
    ],
    [
      {
        metadata: { name: 'p' },
        spec: {
          containers: [{ name: 'c', image: 'nginx' }],
          volumes: [{ name: 'v', storageos: { volumeName: 'A_', volumeNamespace: 'B_' } }],
        },
      },
      ['spec.volumes[0].storageOS: deprecated in v1.22, non-functional in v1.25+'],
    ],
    [
      {
        metadata: { name: 'p' },
        spec: {
          containers: [{ name: 'c', image: 'nginx' }],
          volumes: [{ name: 'v', scaleIO: { gateway: '', system: '', volumeName: '' } }],
        },
      },
      ['spec.volumes[0].scaleIO: deprecated in v1.16, non-functional in v1.22+'],
    ],
    [
      {
        metadata: { name: 'p' },
        spec: {
          containers: [{ name: 'c', image: 'nginx' }],
          volumes: [
            {
              name: 'v',
              ephemeral: {
                volumeClaimTemplate: {
                  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1500m' } } },
                },
              },
            },
          ],
        },
      },
      [
        'spec.volumes[0].ephemeral.volumeClaimTemplate.spec.resources.requests[storage]: fractional byte value "1500m" is invalid, must be an integer',
      ],
    ],
    [
      {
        metadata: { name: 'p' },
        spec: {
          containers: [{ name: 'c', image: 'nginx' }],
          volumes: [
            {
              name: 'v',
              emptyDir: {},
              hostPath: { path: '/a' },
              downwardAPI: {},
              cephfs: { monitors: ['a'] },
            },
          ],
        },
      },
      ['spec.volumes[0].cephfs: deprecated in v1.28, non-functional in v1.31+'],
    ],
    [
      {
        metadata: { name: 'p' },
        spec: {
          containers: [{ name: 'c', image: 'nginx' }],
          volumes: [
            {
              name: 'v',
              projected: {
                defaultMode: -1,
                sources: [
                  { secret: { name: '', items: [{ key: 'a', path: 'p' }] } },
                  { configMap: { name: 'c', items: [{ key: 'a', path: 'p' }] } },
                  { downwardAPI: { items: [{ path: 'p', fieldRef: { fieldPath: 'metadata.name' } }] } },
                  { serviceAccountToken: { path: '', expirationSeconds: 5 } },
                  { serviceAccountToken: { path: '../t', expirationSeconds: 8589934592 } },
                  {},
                ],
              },
            },
          ],
        },
      },
      [
        'volume "v" (Projected): overlapping paths: "p" (ConfigMap "c") with "p" (Secret "")',
        'volume "v" (Projected): overlapping paths: "p" (DownwardAPI) with "p" (Secret "")',
        'volume "v" (Projected): overlapping paths: "p" (DownwardAPI) with "p" (ConfigMap "c")',
        'volume "v" (Projected) has no sources provided',
      ],
    ],
    [
      {
        metadata: { name: 'p' },
        spec: {
          containers: [{ name: 'c', image: 'nginx' }],
          volumes: [
            {
              name: 'v',
              projected: {
                sources: [
                  { clusterTrustBundle: { name: 'x', path: 'a' } },
                  { podCertificate: { signerName: 'a/b', keyType: 'X' } },
                  { serviceAccountToken: { path: 't' } },
                ],
              },
            },
          ],
        },
      },
      ['volume "v" (Projected) has no sources provided', 'volume "v" (Projected) has no sources provided'],
    ],
    [
      {
        metadata: { name: 'p' },
        spec: {
          containers: [{ name: 'c', image: 'nginx' }],
          dnsConfig: {
            nameservers: ['1.2.3.4', 'a', '01.2.3.4', '::ffff:1.2.3.4'],
            searches: ['a_b.c.', '.', 'A', 'x'.repeat(300)],
            options: [{ name: '' }, { name: 'a' }],
          },
        },
      },
      [
        'spec.dnsConfig.nameservers[2]: non-standard IP address "01.2.3.4" is invalid: use "1.2.3.4"',
        'spec.dnsConfig.nameservers[3]: non-standard IP address "::ffff:1.2.3.4" is invalid: use "1.2.3.4"',
      ],
    ],
    [
      {
        metadata: { name: 'p' },
        spec: {
          containers: [{ name: 'c', image: 'nginx' }],
          dnsConfig: {
            nameservers: ['1.1.1.1', 'fe80:0::1'],
            searches: [
              'a'.repeat(63),
              'a'.repeat(63),
              'a'.repeat(63),
              'a'.repeat(63),
              'a'.repeat(63),
              'a'.repeat(63),
              'a'.repeat(63),
              'a'.repeat(63),
              'a'.repeat(63),
              'a'.repeat(63),
              'a'.repeat(63),
              'a'.repeat(63),
              'a'.repeat(63),
              'a'.repeat(63),
              'a'.repeat(63),
              'a'.repeat(63),
              'a'.repeat(63),
              'a'.repeat(63),
              'a'.repeat(63),
              'a'.repeat(63),
              'a'.repeat(63),
              'a'.repeat(63),
              'a'.repeat(63),
              'a'.repeat(63),
              'a'.repeat(63),
              'a'.repeat(63),
              'a'.repeat(63),
              'a'.repeat(63),
              'a'.repeat(63),
              'a'.repeat(63),
              'a'.repeat(63),
              'a'.repeat(63),
              'a'.repeat(63),
            ],
          },
        },
      },
      [
        'spec.dnsConfig.nameservers[1]: IPv6 address "fe80:0::1" should be in RFC 5952 canonical format ("fe80::1")',
      ],
    ],
    [
      {
        metadata: { name: 'p' },
        spec: {
          containers: [{ name: 'c', image: 'nginx' }],
          nodeSelector: { 'a b': 'c', x: 'y z', 'beta.kubernetes.io/os': 'linux' },
        },
      },
      ['spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead'],
    ],
    [
      {
        metadata: { name: 'p' },
        spec: {
          containers: [{ name: 'c', image: 'nginx' }],
          imagePullSecrets: [{ name: '' }, { name: 'a' }, { name: 'a' }],
        },
      },
      [
        'spec.imagePullSecrets[2].name: duplicate name "a"',
        'spec.imagePullSecrets[0].name: invalid empty name ""',
      ],
    ],
    [
      {
        metadata: { name: 'p' },
        spec: {
          containers: [{ name: 'c', image: 'nginx' }],
          hostAliases: [
            { ip: '1.2.3.4', hostnames: ['a_b'] },
            { ip: 'x' },
            { ip: '1.2.3.4' },
            { ip: '2001:DB8::1' },
          ],
        },
      },
      [
        'spec.hostAliases[2].ip: duplicate ip "1.2.3.4"',
        'spec.hostAliases[3].ip: IPv6 address "2001:DB8::1" should be in RFC 5952 canonical format ("2001:db8::1")',
      ],
    ],
    [
      {
        metadata: { name: 'p' },
        spec: {
          containers: [{ name: 'c', image: 'nginx' }],
          overhead: { cpu: '-1', memory: '1500m', foo: '1' },
        },
      },
      ['spec.overhead[memory]: fractional byte value "1500m" is invalid, must be an integer'],
    ],
    [
      {
        metadata: { name: 'p' },
        spec: {
          containers: [{ name: 'c', image: 'nginx' }],
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
      },
      [
        'spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].preference.matchExpressions[0].key: beta.kubernetes.io/arch is deprecated since v1.14; use "kubernetes.io/arch" instead',
        "spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].preference.matchExpressions[0].values[0]: a b is invalid, a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
      ],
    ],
    [
      {
        metadata: { name: 'p', labels: { app: 'x', 'pod-hash': 'h' } },
        spec: {
          containers: [{ name: 'c', image: 'nginx' }],
          topologySpreadConstraints: [
            { maxSkew: 0, topologyKey: '', whenUnsatisfiable: 'X' },
            {
              maxSkew: 1,
              topologyKey: 'z',
              whenUnsatisfiable: 'ScheduleAnyway',
              minDomains: 0,
              nodeAffinityPolicy: 'X',
              nodeTaintsPolicy: 'Y',
              labelSelector: { matchLabels: { app: 'x' } },
              matchLabelKeys: ['app', 'bad key', 'pod-hash'],
            },
            { maxSkew: 1, topologyKey: 'z', whenUnsatisfiable: 'ScheduleAnyway', matchLabelKeys: ['a'] },
            {
              maxSkew: 1,
              topologyKey: 'failure-domain.beta.kubernetes.io/zone',
              whenUnsatisfiable: 'DoNotSchedule',
              minDomains: 2,
              labelSelector: {},
            },
          ],
        },
      },
      [
        'spec.topologySpreadConstraints[0].labelSelector: a null labelSelector results in matching no pod',
        'spec.topologySpreadConstraints[2].labelSelector: a null labelSelector results in matching no pod',
        'spec.topologySpreadConstraints[3].topologyKey: failure-domain.beta.kubernetes.io/zone is deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
      ],
    ],
    [
      {
        metadata: {
          name: 'p',
          annotations: {
            'seccomp.security.alpha.kubernetes.io/pod': 'odd',
            'container.seccomp.security.alpha.kubernetes.io/c': 'localhost//x',
            'container.apparmor.security.beta.kubernetes.io/zz': 'foo',
            'scheduler.alpha.kubernetes.io/critical-pod': '',
          },
        },
        spec: { containers: [{ name: 'c', image: 'nginx' }] },
      },
      [
        'metadata.annotations[scheduler.alpha.kubernetes.io/critical-pod]: non-functional in v1.16+; use the "priorityClassName" field instead',
        'metadata.annotations[seccomp.security.alpha.kubernetes.io/pod]: non-functional in v1.27+; use the "seccompProfile" field instead',
        'metadata.annotations[container.seccomp.security.alpha.kubernetes.io/c]: non-functional in v1.27+; use the "seccompProfile" field instead',
      ],
    ],
    [
      { metadata: { name: 'a.b' }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
      [
        "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]",
      ],
    ],
    [
      { metadata: { name: 'x'.repeat(70) }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
      [
        "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [must be no more than 63 characters]",
      ],
    ],
    [
      {
        metadata: { name: 'p' },
        spec: {
          containers: [{ name: 'c', image: 'nginx' }],
          volumes: [
            {
              name: 'a',
              configMap: {
                name: 'm',
                items: [
                  { key: 'a', path: 'x' },
                  { key: 'b', path: 'x/y' },
                  { key: 'c', path: 'x/' },
                ],
              },
            },
            {
              name: 'b',
              projected: {
                sources: [
                  { secret: { name: 's', items: [{ key: 'a', path: 't' }] } },
                  { serviceAccountToken: { path: 't/x' } },
                  {},
                ],
              },
            },
          ],
        },
      },
      [
        'volume "a" (ConfigMap "m"): overlapping paths: "x/y" with "x"',
        'volume "a" (ConfigMap "m"): overlapping paths: "x" with "x"',
        'volume "a" (ConfigMap "m"): overlapping paths: "x" with "x/y"',
        'volume "b" (Projected): overlapping paths: "t/x" (ServiceAccountToken) with "t" (Secret "s")',
        'volume "b" (Projected) has no sources provided',
      ],
    ],
  ])('%j', (members, messages) => {
    expect(pod.strategy.warnings?.(created(pod, members).object)).toEqual(messages);
  });
});
