import { StatusError } from '@berth/machinery';
import { describe, expect, it } from 'vitest';
import { assignmentRoom, type ServiceNetwork } from '../lifecycle/assignment-room.ts';
import { decoded, type Members, patched } from '../registry/decoded-fixture.ts';
import { assignService } from './assign-service.ts';
import { service } from './service.ts';
import { serviceSpecOf } from './service-of.ts';

const nodePorts = { first: 30_000, last: 30_003 };
const ipv4: ServiceNetwork = { cidrs: ['10.0.0.0/29'], nodePorts };
const dual: ServiceNetwork = { cidrs: ['10.0.0.0/29', 'fd00::/125'], nodePorts };

function assign(
  members: Members,
  options: { network?: ServiceNetwork; taken?: string[]; current?: Members } = {},
) {
  const { network = ipv4, taken = [], current } = options;
  const before = current && service.strategy.prepareForCreate(decoded(service, current));
  const wanted = decoded(service, members);
  const object = before
    ? service.strategy.prepareForUpdate(wanted, before)
    : service.strategy.prepareForCreate(wanted);
  const room = assignmentRoom(network, { taken, random: () => 0 });
  try {
    return { spec: serviceSpecOf(assignService(object, before, room)) };
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return { refused: error.message.replace('Service "a" is invalid: ', '') };
  }
}

const ports = [{ port: 80 }];
const all = (count: number, text: (i: number) => string) => Array.from({ length: count }, (_, i) => text(i));

describe('what a new Service is given', () => {
  const cases: ReadonlyArray<readonly [string, Members, Parameters<typeof assign>[1], object]> = [
    [
      'an address of the default family',
      {},
      {},
      {
        clusterIP: '10.0.0.1',
        clusterIPs: ['10.0.0.1'],
        ipFamilies: ['IPv4'],
        ipFamilyPolicy: 'SingleStack',
      },
    ],
    ['the next one that is free', {}, { taken: ['ip/10.0.0.1', 'ip/10.0.0.2'] }, { clusterIP: '10.0.0.3' }],
    ['the one that it asks for', { clusterIP: '10.0.0.5' }, {}, { clusterIPs: ['10.0.0.5'] }],
    [
      'one of each family',
      { ipFamilyPolicy: 'PreferDualStack' },
      { network: dual },
      { clusterIPs: ['10.0.0.1', 'fd00::1'], ipFamilies: ['IPv4', 'IPv6'] },
    ],
    [
      'the one family that there is',
      { ipFamilyPolicy: 'PreferDualStack' },
      {},
      { clusterIPs: ['10.0.0.1'], ipFamilies: ['IPv4'] },
    ],
    [
      'addresses in the order of its families',
      { ipFamilies: ['IPv6', 'IPv4'], ipFamilyPolicy: 'RequireDualStack' },
      { network: dual },
      { clusterIP: 'fd00::1', clusterIPs: ['fd00::1', '10.0.0.1'] },
    ],
    ['the families of its addresses', { clusterIP: 'fd00::4' }, { network: dual }, { ipFamilies: ['IPv6'] }],
    [
      'no address where it wants none',
      { clusterIP: 'None', selector: { a: 'b' } },
      {},
      { clusterIP: 'None', clusterIPs: ['None'], ipFamilies: ['IPv4'] },
    ],
    [
      'both families where others say what its endpoints are',
      { clusterIP: 'None' },
      {},
      { ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'RequireDualStack' },
    ],
    [
      'nothing where it is another name',
      { type: 'ExternalName', externalName: 'a.b' },
      {},
      { type: 'ExternalName' },
    ],
    ['a node port', { type: 'NodePort' }, { taken: ['port/30000'] }, { ports: [{ nodePort: 30_001 }] }],
    [
      'the node port that it asks for',
      { type: 'NodePort', ports: [{ port: 80, nodePort: 30_003 }] },
      {},
      { ports: [{ nodePort: 30_003 }] },
    ],
    [
      'one node port for two protocols',
      {
        type: 'NodePort',
        ports: [
          { name: 'a', port: 53 },
          { name: 'b', port: 53, protocol: 'UDP' },
        ],
      },
      {},
      { ports: [{ nodePort: 30_000 }, { nodePort: 30_000 }] },
    ],
    [
      'none where it says so',
      { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false },
      {},
      { ports: [{ port: 80 }] },
    ],
    [
      'a port for health checks',
      { type: 'LoadBalancer', externalTrafficPolicy: 'Local' },
      {},
      { healthCheckNodePort: 30_001 },
    ],
  ];
  it.each(cases.map(([name, spec, options, expected]) => ({ name, spec, options, expected })))(
    'is $name',
    (given) => {
      const { spec, options, expected } = given;
      expect(assign({ spec: { ports, ...spec } }, options).spec).toMatchObject(expected);
    },
  );
});

describe('what a Service is refused, as upstream says it', () => {
  it.each<readonly [Members, Parameters<typeof assign>[1], string]>([
    [
      { clusterIP: '10.0.0.1' },
      { taken: ['ip/10.0.0.1'] },
      'spec.clusterIPs: Invalid value: ["10.0.0.1"]: failed to allocate IP 10.0.0.1: provided IP is already allocated',
    ],
    [
      { clusterIP: '10.0.1.1' },
      {},
      'spec.clusterIPs: Invalid value: ["10.0.1.1"]: failed to allocate IP 10.0.1.1: the provided IP (10.0.1.1) is not in the valid range. The range of valid IPs is 10.0.0.0/29',
    ],
    [
      { clusterIP: '10.0.0.7' },
      {},
      'spec.clusterIPs: Invalid value: ["10.0.0.7"]: failed to allocate IP 10.0.0.7: the provided IP (10.0.0.7) is not in the valid range. The range of valid IPs is 10.0.0.0/29',
    ],
    [
      { clusterIP: 'fd00::1' },
      {},
      'spec.clusterIPs[0]: Invalid value: ["fd00::1"]: IPv6 is not configured on this cluster',
    ],
    [
      { ipFamilies: ['IPv6'] },
      {},
      'spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster',
    ],
    [
      { ipFamilyPolicy: 'RequireDualStack' },
      {},
      'spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services',
    ],
    [
      { ipFamilyPolicy: 'SingleStack', ipFamilies: ['IPv4', 'IPv6'] },
      { network: dual },
      "spec.ipFamilyPolicy: Invalid value: \"SingleStack\": must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified",
    ],
    [
      {},
      { taken: all(8, (i) => `ip/10.0.0.${i}`) },
      'Internal error occurred: failed to allocate a serviceIP: range is full',
    ],
    [
      { type: 'NodePort', ports: [{ port: 80, nodePort: 30_001 }] },
      { taken: ['port/30001'] },
      'spec.ports[0].nodePort: Invalid value: 30001: provided port is already allocated',
    ],
    [
      { type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] },
      {},
      'spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-30003',
    ],
    [
      { type: 'NodePort' },
      { taken: all(4, (i) => `port/3000${i}`) },
      'Internal error occurred: failed to allocate a nodePort: range is full',
    ],
  ])('%j', (spec, options, message) => {
    expect(assign({ spec: { ports, ...spec } }, options).refused).toBe(message);
  });
});

const stored: Members = {
  spec: {
    type: 'NodePort',
    clusterIP: '10.0.0.1',
    clusterIPs: ['10.0.0.1'],
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
    ports: [{ port: 80, nodePort: 30_001 }],
  },
};
const twofold: Members = patched(stored, {
  spec: {
    clusterIPs: ['10.0.0.1', 'fd00::1'],
    ipFamilies: ['IPv4', 'IPv6'],
    ipFamilyPolicy: 'RequireDualStack',
  },
});

describe('an update of a Service', () => {
  const taken = ['ip/10.0.0.1', 'ip/fd00::1', 'port/30001'];
  const cases: ReadonlyArray<readonly [string, Members, Members, object]> = [
    ['keeps what it has', stored, {}, { clusterIP: '10.0.0.1', ports: [{ nodePort: 30_001 }] }],
    [
      'gains a second family',
      stored,
      { ipFamilyPolicy: 'PreferDualStack' },
      { clusterIPs: ['10.0.0.1', 'fd00::2'], ipFamilies: ['IPv4', 'IPv6'] },
    ],
    [
      'lets go of the second family',
      twofold,
      { ipFamilyPolicy: 'SingleStack' },
      { clusterIPs: ['10.0.0.1'], ipFamilies: ['IPv4'] },
    ],
    [
      'gains a node port for a new port',
      stored,
      {
        ports: [
          { name: 'a', port: 80, nodePort: 30_001 },
          { name: 'b', port: 81 },
        ],
      },
      { ports: [{ nodePort: 30_001 }, { nodePort: 30_000 }] },
    ],
    [
      'gains an address when it is another name no more',
      { spec: { type: 'ExternalName', externalName: 'a.b' } },
      { type: 'ClusterIP', externalName: null, ports },
      { clusterIP: '10.0.0.2', ipFamilies: ['IPv4'] },
    ],
  ];
  it.each(cases.map(([name, current, patch, expected]) => ({ name, current, patch, expected })))(
    '$name',
    (given) => {
      const { current, patch, expected } = given;
      expect(assign(patched(current, { spec: patch }), { network: dual, taken, current }).spec).toMatchObject(
        expected,
      );
    },
  );

  it('gives up a second family only by saying so', () => {
    const next = patched(twofold, { spec: { clusterIPs: ['10.0.0.1'] } });
    expect(assign(next, { network: dual, taken, current: twofold }).refused).toBe(
      'spec.ipFamilyPolicy: Invalid value: "RequireDualStack": must be \'SingleStack\' to release the secondary cluster IP',
    );
  });
});

it('addresses for those who ask are left until no other is free', () => {
  const network = { cidrs: ['10.0.0.0/24'], nodePorts: { first: 30_000, last: 32_767 } };
  expect(assign({ spec: { type: 'NodePort', ports } }, { network }).spec).toMatchObject({
    clusterIP: '10.0.0.16',
    ports: [{ nodePort: 30_086 }],
  });
});
