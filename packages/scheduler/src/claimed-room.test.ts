import { expect, test } from 'vitest';
import { claimedWith, nothingClaimed, type PodRoom } from './claimed-room.ts';
import { podFacts } from './pod-facts.ts';
import { pod } from './testing/objects.ts';

const room: PodRoom = {
  cpuMillis: 100,
  memoryBytes: 5,
  others: { 'example.com/gpu': 1 },
  hostPorts: ['TCP/80/0.0.0.0'],
};

test('what pods claim adds up, and goes with them', () => {
  const one = claimedWith(nothingClaimed, room, 1);
  expect(one).toEqual({ ...room, pods: 1 });
  const plain = claimedWith(one, { cpuMillis: 1, memoryBytes: 1 }, 1);
  expect(plain).toEqual({ ...room, cpuMillis: 101, memoryBytes: 6, pods: 2 });
  const two = claimedWith(one, room, 1);
  expect(two).toMatchObject({
    others: { 'example.com/gpu': 2 },
    hostPorts: ['TCP/80/0.0.0.0', 'TCP/80/0.0.0.0'],
  });
  expect(claimedWith(two, room, -1)).toEqual(one);
  expect(claimedWith(one, room, -1)).toEqual(nothingClaimed);
});

test('a pod that goes without ever having had its room takes none of what others have', () => {
  expect(claimedWith(nothingClaimed, room, -1)).toEqual(nothingClaimed);
  const other = { ...nothingClaimed, others: { disk: 1 }, hostPorts: ['UDP/80/0.0.0.0'] };
  expect(claimedWith(other, room, -1)).toEqual(other);
});

test('a pod claims what its containers request and the ports that they take of the host, each once', () => {
  const requests = { cpu: '1', 'example.com/gpu': '2', 'hugepages-2Mi': '4Mi', 'ephemeral-storage': '1Gi' };
  const containers = ['10.0.0.1', '10.0.0.2', '10.0.0.1'].map((hostIP, index) => ({
    name: `c${index}`,
    image: 'i',
    ports: [{ containerPort: 80, hostPort: 80, hostIP }, { containerPort: 81 }],
    ...(index === 0 && { resources: { requests } }),
  }));
  const sidecar = {
    name: 's',
    image: 'i',
    restartPolicy: 'Always' as const,
    ports: [{ containerPort: 53, hostPort: 53, protocol: 'UDP' as const }],
  };
  expect(podFacts(pod({ containers, initContainers: [sidecar] })).room).toEqual({
    cpuMillis: 1000,
    memoryBytes: 0,
    others: { 'example.com/gpu': 2, 'hugepages-2Mi': 4 * 2 ** 20, 'ephemeral-storage': 2 ** 30 },
    hostPorts: ['TCP/80/10.0.0.1', 'TCP/80/10.0.0.2', 'UDP/53/0.0.0.0'],
  });
  expect(podFacts(pod()).room).toEqual({ cpuMillis: 0, memoryBytes: 0 });
});
