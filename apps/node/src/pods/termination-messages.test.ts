import type { ContainerObservation } from '@berth/runtime';
import { expect, it } from 'vitest';
import { withinMessageLimit } from './termination-messages.ts';

const ended = (name: string, message: string): ContainerObservation => ({
  name,
  kind: 'container',
  status: {
    name,
    image: '',
    imageID: '',
    ready: false,
    restartCount: 1,
    state: { terminated: { exitCode: 1, message } },
    lastState: { terminated: { exitCode: 1, message } },
  },
});
const lengths = (containers: readonly ContainerObservation[]) =>
  containers.map(({ status }) => [
    status.state?.terminated?.message?.length,
    status.lastState?.terminated?.message?.length,
  ]);

it.each([
  {
    guarantee: 'three containers may each say 4 kB',
    messages: [4096, 4096, 4096],
    expected: [4096, 4096, 4096],
  },
  {
    guarantee: 'of four, each gets a quarter',
    messages: [4096, 10, 3072, 3073],
    expected: [3072, 10, 3072, 3072],
  },
])('the messages of a pod take up 12 kB at most: $guarantee', ({ messages, expected }) => {
  const containers = messages.map((length, index) => ended(`c${index}`, 'x'.repeat(length)));
  expect(lengths(withinMessageLimit(containers))).toEqual(expected.map((length) => [length, length]));
});
