import { createKeyRing, fixedMasterKeys } from '@berth/auth';
import { createTurnQueue } from '@berth/queue';
import { openStore } from '@berth/store';
import { builtinRegistry } from '@berth/kinds';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { deafHintBus } from '../../../../test/support/hint-bus.ts';
import { createTestDatabase } from '../../../../test/support/postgres.ts';
import { startTestRedis } from '../../../../test/support/redis.ts';
import { fleetNodes } from '../turn/fleet-nodes.ts';
import { nodeWatchers } from '../turn/node-watchers.ts';
import { workerTicks } from './worker-ticks.ts';

test('a duty that cannot reach the database says so once, by name, and does not throw', async () => {
  const redis = await startTestRedis();
  const turns = createTurnQueue({ redisUrl: redis.url });
  const store = openStore({ databaseUrl: await createTestDatabase(), hints: deafHintBus });
  const lines: Array<Record<string, unknown>> = [];
  const log = pino({ level: 'info' }, { write: (line: string) => lines.push({ ...JSON.parse(line) }) });
  const nodes = fleetNodes(store, builtinRegistry);
  const now = (): Date => new Date();
  const keys = createKeyRing(store.signingKeys, fixedMasterKeys(new Uint8Array(32)));
  const ticks = workerTicks({
    store,
    turns,
    hints: deafHintBus,
    nodes,
    nodeGraceMs: 50_000,
    nodeWatchers: nodeWatchers({ store, hints: deafHintBus, now }),
    log,
    now,
    issuerNetworks: [],
    consumers: new Map(),
    keys,
    rotateKeysAfterMs: 1,
    logRetentionMs: 1,
    auditRetentionMs: 1,
  });
  await store.close();

  for (const tick of [...ticks, ...ticks]) await tick.run();
  expect(lines.map(({ duty, msg }) => `${String(duty)}: ${String(msg)}`)).toEqual(
    ticks.map(({ name }) => `${name}: a duty failed and will be tried again`),
  );
  await turns.close();
  await redis.stop();
});
