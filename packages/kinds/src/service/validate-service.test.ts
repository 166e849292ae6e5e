import { describe, expect, it } from 'vitest';
import { created, type Members, patched, updateRefusals } from '../registry/decoded-fixture.ts';
import { service } from './service.ts';

const plain: Members = { spec: { ports: [{ port: 80 }] } };

describe('what a create of a Service is refused for, as upstream says it', () => {
  it.each<readonly [Members, string[]]>([
    [{}, []],
    [{ spec: { ports: null } }, ['spec.ports: Required value']],
    [{ spec: { ports: null, clusterIP: 'None' } }, []],
    [
      { spec: { type: 'NodePort', clusterIP: 'None' } },
      ['spec.clusterIPs[0]: Invalid value: "None": may not be set to \'None\' for NodePort services'],
    ],
    [
      { spec: { type: 'Other' } },
      [
        'spec.type: Unsupported value: "Other": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
      ],
    ],
    [
      { spec: { ports: [{ port: 0 }] } },
      [
        'spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive',
        'spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive',
      ],
    ],
    [
      { spec: { ports: [{ port: 80 }, { port: 443, name: 'A' }] } },
      [
        'spec.ports[0].name: Required value',
        `spec.ports[1].name: Invalid value: "A": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')`,
      ],
    ],
    [
      {
        spec: {
          ports: [
            { port: 80, name: 'a' },
            { port: 80, name: 'a' },
          ],
        },
      },
      [
        'spec.ports[1].name: Duplicate value: "a"',
        'spec.ports[1]: Duplicate value: {"Name":"","Protocol":"TCP","AppProtocol":null,"Port":80,"TargetPort":0,"NodePort":0}',
      ],
    ],
    [
      { spec: { ports: [{ port: 80, nodePort: 30_000 }] } },
      ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
    ],
    [
      {
        spec: {
          type: 'NodePort',
          ports: [
            { port: 1, name: 'a', nodePort: 30_000 },
            { port: 2, name: 'b', nodePort: 30_000 },
          ],
        },
      },
      ['spec.ports[1].nodePort: Duplicate value: 30000'],
    ],
    [
      { spec: { ports: [{ port: 80, protocol: 'ICMP', targetPort: 'too-long-a-name-for-a-port' }] } },
      [
        'spec.ports[0].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"',
        'spec.ports[0].targetPort: Invalid value: "too-long-a-name-for-a-port": must be no more than 15 characters',
      ],
    ],
    [
      { spec: { clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.2'] } },
      ['spec.clusterIPs: Invalid value: ["10.0.0.2"]: first value must match `clusterIP`'],
    ],
    [
      { spec: { clusterIPs: ['10.0.0.2'] } },
      ['spec.clusterIPs: Invalid value: ["10.0.0.2"]: must be empty when `clusterIP` is not specified'],
    ],
    [
      { spec: { clusterIP: 'x' } },
      [
        'spec.clusterIPs[0]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      ],
    ],
    [
      { spec: { clusterIP: 'None', clusterIPs: ['None', '10.0.0.1'] } },
      ['spec.clusterIPs: Invalid value: ["None","10.0.0.1"]: \'None\' must be the first and only value'],
    ],
    [
      { spec: { clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1', '10.0.0.2'] } },
      [
        'spec.clusterIPs: Invalid value: ["10.0.0.1","10.0.0.2"]: may specify no more than one IP for each IP family',
      ],
    ],
    [
      { spec: { clusterIP: 'fd00::1', ipFamilies: ['IPv4', 'IPv4', 'IPv5'], ipFamilyPolicy: 'Both' } },
      [
        'spec.ipFamilies[1]: Duplicate value: "IPv4"',
        'spec.ipFamilies[2]: Unsupported value: "IPv5": supported values: "IPv4", "IPv6"',
        'spec.ipFamilyPolicy: Unsupported value: "Both": supported values: "PreferDualStack", "RequireDualStack", "SingleStack"',
        'spec.clusterIPs[0]: Invalid value: "fd00::1": expected an IPv4 value as indicated by `ipFamilies[0]`',
      ],
    ],
    [{ spec: { type: 'ExternalName', externalName: 'a.example.com.' } }, []],
    [
      {
        spec: {
          type: 'ExternalName',
          clusterIP: '10.0.0.1',
          ipFamilies: ['IPv4'],
          ipFamilyPolicy: 'SingleStack',
        },
      },
      [
        'spec.clusterIPs: Forbidden: may not be set for ExternalName services',
        'spec.ipFamilies: Forbidden: may not be set for ExternalName services',
        'spec.ipFamilyPolicy: Forbidden: may not be set for ExternalName services',
        'spec.externalName: Required value',
      ],
    ],
    [
      { spec: { sessionAffinity: 'Cookie' } },
      ['spec.sessionAffinity: Unsupported value: "Cookie": supported values: "ClientIP", "None"'],
    ],
    [
      {
        spec: {
          sessionAffinity: 'ClientIP',
          sessionAffinityConfig: { clientIP: { timeoutSeconds: 86_401 } },
        },
      },
      [
        'spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 86401: must be greater than 0 and less than 86400',
      ],
    ],
    [
      { spec: { externalIPs: ['127.0.0.1', 'x'] } },
      [
        'spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
        'spec.externalIPs[1]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      ],
    ],
    [
      { spec: { externalTrafficPolicy: 'Local', internalTrafficPolicy: 'Near', trafficDistribution: 'Far' } },
      [
        'spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services',
        'spec.internalTrafficPolicy: Unsupported value: "Near": supported values: "Cluster", "Local"',
        'spec.trafficDistribution: Unsupported value: "Far": supported values: "PreferClose", "PreferSameNode", "PreferSameZone"',
      ],
    ],
    [
      { spec: { healthCheckNodePort: 30_000 } },
      [
        "spec.healthCheckNodePort: Invalid value: 30000: may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
      ],
    ],
    [
      {
        spec: {
          allocateLoadBalancerNodePorts: false,
          loadBalancerClass: 'a.b/c',
          loadBalancerSourceRanges: ['x'],
        },
      },
      [
        "spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'",
        'spec.LoadBalancerSourceRanges[0]: Invalid value: "x": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
        "spec.allocateLoadBalancerNodePorts: Forbidden: may only be used when `type` is 'LoadBalancer'",
        "spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'",
      ],
    ],
  ])('%j', (patch, refusals) => {
    expect(created(service, patched(plain, patch)).refusals).toEqual(refusals);
  });
});

const stored: Members = {
  spec: {
    type: 'NodePort',
    clusterIP: '10.0.0.1',
    clusterIPs: ['10.0.0.1', 'fd00::1'],
    ipFamilies: ['IPv4', 'IPv6'],
    ipFamilyPolicy: 'RequireDualStack',
    ports: [{ port: 80, nodePort: 30_001 }],
  },
};

describe('what an update of a Service is refused for, as upstream says it', () => {
  it.each<readonly [Members, string[]]>([
    [{}, []],
    [
      { spec: { clusterIP: '10.0.0.9', clusterIPs: ['10.0.0.9', 'fd00::1'] } },
      ['spec.clusterIPs[0]: Invalid value: ["10.0.0.9","fd00::1"]: may not change once set'],
    ],
    [
      { spec: { clusterIPs: ['10.0.0.1'] } },
      [
        'spec.ipFamilyPolicy: Invalid value: "RequireDualStack": must be set to \'SingleStack\' when releasing the secondary clusterIP',
      ],
    ],
    [
      { spec: { ipFamilies: ['IPv6', 'IPv4'] } },
      [
        'spec.ipFamilies[0]: Invalid value: ["IPv6","IPv4"]: may not change once set',
        'spec.ipFamilies[1]: Invalid value: ["IPv6","IPv4"]: may not change once set',
        'spec.clusterIPs[0]: Invalid value: "10.0.0.1": expected an IPv6 value as indicated by `ipFamilies[0]`',
        'spec.clusterIPs[1]: Invalid value: "fd00::1": expected an IPv4 value as indicated by `ipFamilies[1]`',
      ],
    ],
    [{ spec: { type: 'ExternalName', externalName: 'a.b', ports: [{ port: 80, nodePort: null }] } }, []],
  ])('%j', (patch, refusals) => {
    expect(updateRefusals(service, { current: stored, next: patched(stored, patch) })).toEqual(refusals);
  });

  it('keeps the class of a load balancer and the port of its health checks', () => {
    const current = patched(stored, {
      spec: {
        type: 'LoadBalancer',
        loadBalancerClass: 'a.b/c',
        externalTrafficPolicy: 'Local',
        healthCheckNodePort: 30_100,
      },
    });
    const next = patched(current, { spec: { loadBalancerClass: 'a.b/d', healthCheckNodePort: 30_101 } });
    expect(updateRefusals(service, { current, next })).toEqual([
      'spec.loadBalancerClass: Invalid value: "a.b/d": may not change once set',
      'spec.healthCheckNodePort: Forbidden: field is immutable',
    ]);
  });
});

describe('what the status of a Service is refused for', () => {
  const status = service.strategy.status;
  it.each<readonly [Members, Members, string[]]>([
    [
      {},
      { loadBalancer: { ingress: [{ ip: '203.0.113.1' }] } },
      ["status.loadBalancer.ingress: Forbidden: may only be used when `spec.type` is 'LoadBalancer'"],
    ],
    [{ type: 'LoadBalancer' }, { loadBalancer: { ingress: [{ ip: '203.0.113.1' }] } }, []],
    [
      { type: 'LoadBalancer' },
      {
        loadBalancer: {
          ingress: [
            { ip: 'x', ipMode: 'Y' },
            { hostname: '1.2.3.4', ipMode: 'VIP' },
          ],
        },
      },
      [
        'status.loadBalancer.ingress[0].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
        'status.loadBalancer.ingress[0].ipMode: Unsupported value: "Y": supported values: "Proxy", "VIP"',
        'status.loadBalancer.ingress[1].ipMode: Forbidden: may not be specified when `ip` is not set',
        'status.loadBalancer.ingress[1].hostname: Invalid value: "1.2.3.4": must be a DNS name, not an IP address',
      ],
    ],
  ])('%j %j', (spec, next, refusals) => {
    const current = patched(plain, { spec });
    expect(updateRefusals(service, { current, next: { ...current, status: next } }, status)).toEqual(
      refusals,
    );
  });
});
