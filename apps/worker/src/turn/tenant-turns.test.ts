import { expect, test } from 'vitest';
import { TenantTurns } from './tenant-turns.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Clusters are called `<tenant>-<number>`. */
function start(most = 2) {
  const clock = { ms: 10_000 };
  const requested: string[] = [];
  const later: Array<{ readonly ms: number; readonly run: () => void }> = [];
  const turns = new TenantTurns({
    tenantOf: async (clusterId) =>
      clusterId === 'gone' ? undefined : { tenantId: clusterId.split('-')[0] ?? '', most },
    requestTurn: (clusterId) => requested.push(clusterId),
    nowMs: () => clock.ms,
    after: (ms, run) => later.push({ ms, run }),
  });
  const busy = { ms: 0 };
  const running = new Map<string, () => void>();
  const neighbours = new Map<string, boolean>();
  const begin = (clusterId: string) =>
    turns.run(clusterId, ({ hasNeighbours }) => {
      neighbours.set(clusterId, hasNeighbours);
      return new Promise((resolve) => running.set(clusterId, () => resolve({ busyMs: busy.ms })));
    });
  const end = async (clusterId: string) => {
    running.get(clusterId)?.();
    running.delete(clusterId);
    await settled();
  };
  return { clock, busy, later, requested, running, neighbours, begin, end, turns };
}

test('a tenant whose clusters all have work fills no more than its share, and loses none of them', async () => {
  const { requested, running, begin, end } = start();
  const ended: string[] = [];
  for (let cluster = 1; cluster <= 500; cluster++) {
    void begin(`big-${cluster}`).then(() => ended.push(`big-${cluster}`));
  }
  await settled();
  expect([...running.keys()]).toEqual(['big-1', 'big-2']);
  // The others hold no place: their turns are over.
  expect(ended.length).toBe(498);
  void begin('small-1');
  await settled();
  expect(running.has('small-1')).toBe(true);
  await end('big-1');
  expect(requested).toEqual(['big-3']);

  const done = new Set(['big-1']);
  while (done.size < 500) {
    const next = requested.shift();
    if (next !== undefined) void begin(next);
    await settled();
    for (const clusterId of running.keys()) {
      if (!clusterId.startsWith('big')) continue;
      await end(clusterId);
      done.add(clusterId);
      break;
    }
  }
  expect([...running.keys()]).toEqual(['small-1']);
});

test('a cluster that is asked for again while it waits waits once', async () => {
  const { requested, begin, end } = start(1);
  void begin('a-1');
  await settled();
  await Promise.all([begin('a-2'), begin('a-2'), begin('a-3')]);
  await end('a-1');
  expect(requested).toEqual(['a-2']);
});

test('a turn that fails frees its place', async () => {
  const { turns, begin, running } = start(1);
  const failing = turns.run('a-1', () => Promise.reject(new Error('broken')));
  await expect(failing).rejects.toThrow('broken');
  void begin('a-2');
  await settled();
  expect(running.has('a-2')).toBe(true);
});

test('a turn knows whether others had theirs just now', async () => {
  const { clock, neighbours, begin, end } = start();
  void begin('a-1');
  await settled();
  await end('a-1');
  void begin('b-1');
  await settled();
  await end('b-1');
  clock.ms += 10_000;
  void begin('b-2');
  await settled();
  expect([...neighbours]).toEqual([
    ['a-1', false],
    ['b-1', true],
    ['b-2', false],
  ]);
});

test('a cluster that is no tenant’s is nobody’s neighbour', async () => {
  const { neighbours, begin, end } = start();
  void begin('gone');
  await settled();
  void begin('a-1');
  await settled();
  await end('gone');
  void begin('a-2');
  await settled();
  expect([neighbours.get('a-1'), neighbours.get('a-2')]).toEqual([false, false]);
});

test('a cluster that is gone has its turn, which finds that out', async () => {
  const { running, begin } = start();
  void begin('gone');
  await settled();
  expect(running.has('gone')).toBe(true);
});

test('turns that keep the thread for long keep their place for twenty times as long, if others have turns, too', async () => {
  const { clock, busy, later, requested, begin, end } = start(1);
  busy.ms = 64;
  const longTurn = async (clusterId: string): Promise<void> => {
    void begin(clusterId);
    await settled();
    clock.ms += 40;
    await end(clusterId);
  };
  await longTurn('a-1');
  expect(later).toEqual([]);
  void begin('b-1');
  await settled();
  await longTurn('a-1');
  await begin('a-2');
  expect([later.map(({ ms }) => ms), requested]).toEqual([[560], []]);
  later[0]?.run();
  expect(requested).toEqual(['a-2']);
  void begin('a-2');
  await settled();
  // Mostly it waited, for a database that others keep busy.
  clock.ms += 400;
  busy.ms = 3;
  for (let turn = 0; turn < 5; turn++) {
    await end('a-2');
    void begin('a-2');
    await settled();
  }
  const rests = later.length;
  await end('a-2');
  expect(later.length).toBe(rests);
});

test('a tenant of short turns pays nothing for one that took long for once', async () => {
  const { busy, later, begin, end } = start(1);
  void begin('b-1');
  await settled();
  for (const ms of [2, 2, 2, 2, 45, 2, 2]) {
    busy.ms = ms;
    void begin('a-1');
    await settled();
    await end('a-1');
  }
  expect(later).toEqual([]);
});
