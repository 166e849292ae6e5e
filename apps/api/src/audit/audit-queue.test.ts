import { pino } from 'pino';
import { expect, test } from 'vitest';
import { eventually } from '../../../../test/support/eventually.ts';
import { AuditQueue, type QueuedRecord } from './audit-queue.ts';

const record = (name: string): QueuedRecord => ({
  clusterId: 'c',
  at: new Date(),
  username: 'eve',
  verb: 'get',
  resource: 'pods',
  namespace: 'n',
  name,
  code: 403,
  event: '{}',
});

function fixture() {
  const written: string[] = [];
  const batches: number[] = [];
  const lines: Array<{ msg: string; lost?: number }> = [];
  const state = { isAway: false, written, batches, lines };
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const queue = new AuditQueue(
    {
      async append(records) {
        if (state.isAway) throw new Error('the database is away');
        batches.push(records.length);
        written.push(...records.map(({ name }) => name));
      },
    },
    log,
  );
  return { queue, state };
}

test('records that come together are written together, in order', async () => {
  const { queue, state } = fixture();
  const names = Array.from({ length: 1_200 }, (_, i) => `r${i}`);
  for (const name of names) queue.add(record(name));
  await eventually('all are written', () => state.written.length === 1_200);
  expect(state.written).toEqual(names);
  expect(state.batches).toEqual([500, 500, 200]);
  await queue.close();
});

test('records wait while the database is away; what there is no room for is counted and told', async () => {
  const { queue, state } = fixture();
  state.isAway = true;
  for (let i = 0; i < 10_005; i += 1) queue.add(record(`r${i}`));
  await eventually('the queue tells that it waits', () =>
    state.lines.some(({ msg }) => msg === 'audit records cannot be written; they wait'),
  );
  state.isAway = false;
  await eventually('all that had room are written', () => state.written.length === 10_000);
  expect(state.written[0]).toBe('r0');
  expect(state.lines.find(({ lost }) => lost !== undefined)?.lost).toBe(5);
  await queue.close();
});

test('a queue that closes writes what waits, and tells what it could not', async () => {
  const { queue, state } = fixture();
  queue.add(record('last'));
  await queue.close();
  expect(state.written).toEqual(['last']);

  const away = fixture();
  away.state.isAway = true;
  away.queue.add(record('lost'));
  await away.queue.close();
  expect(away.state.lines.find(({ lost }) => lost !== undefined)?.lost).toBe(1);
});
