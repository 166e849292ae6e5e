import { expect, test } from 'vitest';
import { hostPort, hostPortsCollide } from './host-port.ts';

test.for([
  { left: hostPort(80), right: hostPort(80), collide: true },
  { left: hostPort(80), right: hostPort(80, 'TCP', '0.0.0.0'), collide: true },
  { left: hostPort(80), right: hostPort(80, 'TCP', '10.0.0.1'), collide: true },
  { left: hostPort(80, 'TCP', 'fd00::1'), right: hostPort(80, 'TCP', 'fd00::1'), collide: true },
  { left: hostPort(80, 'TCP', '10.0.0.1'), right: hostPort(80, 'TCP', '10.0.0.2'), collide: false },
  { left: hostPort(80), right: hostPort(80, 'UDP'), collide: false },
  { left: hostPort(8), right: hostPort(80), collide: false },
  { left: hostPort(80), right: hostPort(81), collide: false },
])('$left and $right of one host collide: $collide', ({ left, right, collide }) => {
  expect(hostPortsCollide(left, right)).toBe(collide);
  expect(hostPortsCollide(right, left)).toBe(collide);
});
