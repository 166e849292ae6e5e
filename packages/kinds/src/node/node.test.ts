import { formatFieldError } from '@berth/machinery';
import { describe, expect, test } from 'vitest';
import { cellsOf, createErrors, objectOf, updateErrors } from '../registry/kind-fixture.ts';
import { node } from './node.ts';

const taint = { key: 'a', value: 'b', effect: 'NoSchedule' };

describe('Node', () => {
  test.each<readonly [Record<string, unknown>, string[]]>([
    [{}, []],
    [{ spec: { taints: [taint, { ...taint, effect: 'NoExecute' }] } }, []],
    [
      { spec: { taints: [taint, taint] } },
      [
        'metadata.taints[1]: Duplicate value: {"key":"a","value":"b","effect":"NoSchedule"}: taints must be unique by key and effect pair',
      ],
    ],
    [
      {
        spec: {
          taints: [
            { key: '/a', effect: '' },
            { key: 'a', effect: 'Odd' },
          ],
        },
      },
      [
        'metadata.taints[0].key: Invalid value: "/a": prefix part must be non-empty',
        'metadata.taints[0].effect: Required value',
        'metadata.taints[1].effect: Unsupported value: "Odd": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
      ],
    ],
    [
      { status: { capacity: { cpu: '-1', pods: '1500m' }, allocatable: { 'example.com/gpu': '100m' } } },
      [
        'status.capacity.cpu: Invalid value: "-1": must be greater than or equal to 0',
        'status.capacity.pods: Invalid value: "1500m": must be an integer',
        'status.allocatable.example.com/gpu: Invalid value: "100m": must be an integer',
      ],
    ],
    [{ spec: { podCIDRs: ['10.0.0.0/24', '2001:db8::/64'] } }, []],
    [
      { spec: { podCIDRs: ['10.0.0.0'] } },
      [
        'spec.podCIDRs[0]: Invalid value: "10.0.0.0": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
      ],
    ],
    [
      { spec: { podCIDRs: ['10.0.0.0/24', '10.0.0.0/24'] } },
      [
        'spec.podCIDRs: Invalid value: ["10.0.0.0/24","10.0.0.0/24"]: may specify no more than one CIDR for each IP family',
        'spec.podCIDRs[1]: Duplicate value: "10.0.0.0/24"',
      ],
    ],
  ])('%# is checked', (members, errors) => {
    expect(createErrors(node, members)).toEqual(errors);
  });

  const current = { spec: { podCIDRs: ['10.0.0.0/24'], providerID: 'x://1' } };
  test.each<readonly [Record<string, unknown>, string[]]>([
    [{ spec: { ...current.spec, unschedulable: true, taints: [taint] } }, []],
    [
      { spec: { podCIDRs: ['10.1.0.0/24'], providerID: 'x://2', externalID: 'e' } },
      [
        'spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid',
        'spec.providerID: Forbidden: node updates may not change providerID except from "" to valid',
        'spec.externalID: Forbidden: may not be updated',
      ],
    ],
  ])('%# sets its network and provider once', (next, errors) => {
    expect(updateErrors(node, current, next)).toEqual(errors);
    expect(
      updateErrors(node, {}, { ...next, spec: { ...(next['spec'] as object), externalID: undefined } }),
    ).toEqual([]);
  });

  test('has each address once', () => {
    const address = { type: 'InternalIP', address: '10.0.0.1' };
    const next = objectOf(node, { status: { addresses: [address, address] } });
    expect(node.strategy.status?.validateUpdate(next, objectOf(node)).map(formatFieldError)).toEqual([
      'status.addresses[1]: Duplicate value: {"type":"InternalIP","address":"10.0.0.1"}',
    ]);
  });

  test('offers what it has unless it says otherwise, and knows its network by both names', () => {
    const { applyDefaults } = node.strategy;
    expect(applyDefaults(objectOf(node, { status: { capacity: { cpu: '2' } } })).status).toEqual({
      capacity: { cpu: '2' },
      allocatable: { cpu: '2' },
    });
    expect(applyDefaults(objectOf(node, { spec: { podCIDR: '10.0.0.0/24' } })).spec).toEqual({
      podCIDR: '10.0.0.0/24',
      podCIDRs: ['10.0.0.0/24'],
    });
    expect(applyDefaults(objectOf(node, { spec: { podCIDRs: ['10.0.0.0/24'] } })).spec).toEqual({
      podCIDR: '10.0.0.0/24',
      podCIDRs: ['10.0.0.0/24'],
    });
  });

  test('brings its status when it registers, and changes it through the status alone', () => {
    const registering = objectOf(node, { spec: { configSource: {} }, status: { capacity: { cpu: '2' } } });
    const registered = node.strategy.prepareForCreate(registering);
    expect(registered).toEqual(objectOf(node, { spec: {}, status: { capacity: { cpu: '2' } } }));
    const next = objectOf(node, { spec: { unschedulable: true }, status: { capacity: { cpu: '4' } } });
    expect(node.strategy.prepareForUpdate(next, registered).status).toEqual({ capacity: { cpu: '2' } });
    expect(node.strategy.status?.prepareForUpdate(next, registered)).toEqual(
      objectOf(node, { spec: {}, status: { capacity: { cpu: '4' } } }),
    );
  });

  test('shows what kubectl shows of it', () => {
    const object = objectOf(node, {
      metadata: {
        name: 'node-1',
        creationTimestamp: '2026-01-01T00:00:00Z',
        labels: { 'node-role.kubernetes.io/worker': '', 'kubernetes.io/role': 'edge' },
      },
      spec: { unschedulable: true },
      status: {
        conditions: [{ type: 'Ready', status: 'False' }],
        addresses: [{ type: 'InternalIP', address: '10.0.0.1' }],
        nodeInfo: { kubeletVersion: 'v1.36.0', osImage: 'Debian', kernelVersion: '6.12' },
      },
    });
    expect(cellsOf(node, object, new Date('2026-01-02T01:00:00Z'))).toEqual({
      Name: 'node-1',
      Status: 'NotReady,SchedulingDisabled',
      Roles: 'edge,worker',
      Age: '25h',
      Version: 'v1.36.0',
      'Internal-IP*': '10.0.0.1',
      'External-IP*': '<none>',
      'OS-Image*': 'Debian',
      'Kernel-Version*': '6.12',
      'Container-Runtime*': '<unknown>',
    });
    expect(cellsOf(node, objectOf(node), new Date())).toMatchObject({ Status: 'Unknown', Roles: '<none>' });
    expect(node.selectableFields['spec.unschedulable']?.(object)).toBe('true');
  });
});
