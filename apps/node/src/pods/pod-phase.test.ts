import type { ContainerStatus, PodSpec } from '@berth/kinds';
import { expect, it } from 'vitest';
import { podPhase } from './pod-phase.ts';

type State = 'new' | 'running' | 'ok' | 'bad' | 'crashing';

const states: Record<State, Pick<ContainerStatus, 'state' | 'lastState' | 'started' | 'ready'>> = {
  new: { state: { waiting: { reason: 'ContainerCreating' } }, lastState: {}, ready: false, started: false },
  running: { state: { running: {} }, lastState: {}, ready: true, started: true },
  ok: { state: { terminated: { exitCode: 0 } }, lastState: {}, ready: false, started: false },
  bad: { state: { terminated: { exitCode: 1 } }, lastState: {}, ready: false, started: false },
  crashing: {
    state: { waiting: { reason: 'CrashLoopBackOff' } },
    lastState: { terminated: { exitCode: 1 } },
    ready: false,
    started: false,
  },
};
const named = (prefix: string, list: readonly State[]): ContainerStatus[] =>
  list.map((state, index) => ({
    name: `${prefix}${index}`,
    image: '',
    imageID: '',
    restartCount: 0,
    ...states[state],
  }));
const specOf = (
  restartPolicy: NonNullable<PodSpec['restartPolicy']>,
  main: number,
  init: readonly string[],
): PodSpec => ({
  restartPolicy,
  initContainers: init.map((kind, index) => ({
    name: `i${index}`,
    ...(kind === 'sidecar' ? { restartPolicy: 'Always' } : {}),
  })),
  containers: Array.from({ length: main }, (_, index) => ({ name: `c${index}` })),
});

it.each<{
  policy: 'Always' | 'OnFailure' | 'Never';
  main: State[];
  kinds?: string[];
  init?: State[];
  ended?: boolean;
  phase: string;
}>([
  { policy: 'Always', main: ['new'], phase: 'Pending' },
  { policy: 'Always', main: ['running'], phase: 'Running' },
  { policy: 'Always', main: ['running', 'new'], phase: 'Pending' },
  { policy: 'Always', main: ['running', 'bad'], phase: 'Running' },
  { policy: 'Always', main: ['ok'], phase: 'Running' },
  { policy: 'Always', main: ['crashing'], phase: 'Running' },
  { policy: 'Always', main: ['ok'], ended: true, phase: 'Succeeded' },
  { policy: 'Always', main: ['ok', 'bad'], ended: true, phase: 'Failed' },
  { policy: 'OnFailure', main: ['ok', 'ok'], phase: 'Succeeded' },
  { policy: 'OnFailure', main: ['ok', 'crashing'], phase: 'Running' },
  { policy: 'Never', main: ['ok', 'bad'], phase: 'Failed' },
  { policy: 'Never', main: ['ok', 'running'], phase: 'Running' },
  { policy: 'Never', main: ['ok', 'ok'], phase: 'Succeeded' },
  { policy: 'Always', kinds: ['init'], init: ['running'], main: ['new'], phase: 'Pending' },
  { policy: 'Always', kinds: ['init'], init: ['crashing'], main: ['new'], phase: 'Pending' },
  { policy: 'Never', kinds: ['init'], init: ['bad'], main: ['new'], phase: 'Failed' },
  { policy: 'Always', kinds: ['init'], init: ['ok'], main: ['running'], phase: 'Running' },
  { policy: 'Always', kinds: ['sidecar'], init: ['new'], main: ['new'], phase: 'Pending' },
  { policy: 'Always', kinds: ['sidecar'], init: ['running'], main: ['running'], phase: 'Running' },
  { policy: 'Always', kinds: ['sidecar'], init: ['crashing'], main: ['running'], phase: 'Running' },
  { policy: 'Never', kinds: ['sidecar'], init: ['running'], main: ['ok'], phase: 'Running' },
  { policy: 'Never', kinds: ['sidecar'], init: ['bad'], main: ['ok'], phase: 'Succeeded' },
])(
  '$policy with init $init and containers $main is $phase',
  ({ policy, main, kinds = [], init = [], ended = false, phase }) => {
    const spec = specOf(policy, main.length, kinds);
    expect(
      podPhase({ spec, initStatuses: named('i', init), statuses: named('c', main), isTerminal: ended }),
    ).toBe(phase);
  },
);
