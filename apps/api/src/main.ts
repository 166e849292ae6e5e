import { readFile } from 'node:fs/promises';
import { createKeyRing, openMasterKeys } from '@berth/auth';
import { builtinRegistry } from '@berth/kinds';
import { connectHints, redisErrorLog } from '@berth/queue';
import { openStore } from '@berth/store';
import { pino } from 'pino';
import { z } from 'zod';
import { type Api, startApi } from './server.ts';
import { type ApiSettings, readSettings } from './settings.ts';

let settings: ApiSettings;
try {
  settings = readSettings(process.env);
} catch (error) {
  const reason = error instanceof z.ZodError ? describe(error) : String(error);
  pino({ name: 'api' }).fatal(`the API server cannot start: ${reason}`);
  process.exit(1);
}

const log = pino({ name: 'api', level: settings.logLevel });
const hints = connectHints({
  redisUrl: settings.redisUrl,
  keyPrefix: settings.redisKeyPrefix,
  onError: redisErrorLog(log),
});
const store = openStore({ databaseUrl: settings.databaseUrl, hints, retentionMs: settings.retentionMs });

try {
  const api = await start(settings);
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) return;
    isStopping = true;
    closeAll(api).then(
      () => process.exit(0),
      (err: unknown) => {
        log.error({ err }, 'the API server did not stop in order');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
  // The parent is gone: nobody else would stop this process.
  process.on('disconnect', stop);
  log.info({ https: api.httpsAddress, http: api.httpAddress }, 'API server listens');
  process.send?.({ type: 'ready', address: api.httpsAddress, httpAddress: api.httpAddress });
} catch (err) {
  log.fatal({ err }, `the API server cannot start: ${err instanceof Error ? err.message : String(err)}`);
  process.exit(1);
}

async function start(from: ApiSettings): Promise<Api> {
  const [certificate, key, clusterCa, masterKeys] = await Promise.all([
    readFile(from.certificateFile, 'utf8'),
    readFile(from.keyFile, 'utf8'),
    readFile(from.caFile, 'utf8'),
    openMasterKeys(from.masterKeys),
  ]);
  await store.ping();
  await store.ensurePartitions(new Date());
  return startApi({
    store,
    hints,
    kinds: builtinRegistry,
    keys: createKeyRing(store.signingKeys, masterKeys),
    log,
    now: () => new Date(),
    externalUrl: from.externalUrl,
    clusterCa,
    https: { port: from.port, certificate, key, ...(from.host !== undefined && { host: from.host }) },
    ...(from.httpPort !== undefined && { http: { port: from.httpPort } }),
  });
}

/** Requests first, so that what is under way still finds the database. */
async function closeAll(api: Api): Promise<void> {
  await api.close();
  await store.close();
  await hints.close();
}

function describe(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
}
