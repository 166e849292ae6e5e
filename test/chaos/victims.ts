import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { eventually } from '../support/eventually.ts';
import type { Instance } from '../support/instance.ts';

/** What is killed, by what its command line shows. */
const victims = {
  api: 'apps/api/src/main.ts',
  worker: 'apps/worker/src/main.ts',
  node: 'apps/node/src/main.ts',
  redis: 'redis-server',
  postgres: 'postgres -D',
} as const;
export type Victim = keyof typeof victims;

const everyVictim = Object.keys(victims) as Victim[];

/** A kill of a part, some time after the one before. */
interface Blow {
  readonly victim: Victim;
  readonly pauseMs: number;
}

/** Every part once, in random order and at random moments. */
export function randomBlows(): readonly Blow[] {
  const count = everyVictim.length;
  const order = fc.shuffledSubarray(everyVictim, { minLength: count, maxLength: count });
  const pauses = fc.array(fc.integer({ min: 100, max: 1500 }), { minLength: count, maxLength: count });
  const [drawn] = fc.sample(fc.tuple(order, pauses), 1);
  return (drawn?.[0] ?? []).map((victim, index) => ({ victim, pauseMs: drawn?.[1][index] ?? 500 }));
}

/** Deals the blows, and waits until the API answers again. Redis loses its data as well. */
export async function strike(instance: Instance, blows: readonly Blow[]): Promise<void> {
  for (const { victim, pauseMs } of blows) {
    // The moment of the kill is the random input of the test, not a wait for something to happen.
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    if (victim === 'redis')
      rmSync(join(instance.dataDirectory, 'redis/appendonlydir'), { recursive: true, force: true });
    await kill(instance, victim);
  }
  await eventually(
    'the API answers again',
    async () => (await fetch(`${instance.httpUrl}/readyz`)).status === 200,
    60_000,
  );
}

async function kill(instance: Instance, victim: Victim): Promise<void> {
  const pids = await eventually(`${victim} runs`, () => {
    const found = find(instance, victim);
    return found.length > 0 && found;
  });
  for (const pid of pids) process.kill(pid, 'SIGKILL');
}

/** The direct children of the supervisor that match. */
function find(instance: Instance, victim: Victim): number[] {
  return execFileSync('ps', ['-eo', 'pid=,ppid=,args='])
    .toString()
    .split('\n')
    .flatMap((line) => {
      const [, pid, parent, args = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
      return Number(parent) === instance.process.pid && args.includes(victims[victim]) ? [Number(pid)] : [];
    });
}
