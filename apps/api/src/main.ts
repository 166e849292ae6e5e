import { readFile } from 'node:fs/promises';
import { createBodyCipher, createKeyRing, openMasterKeys, verifyMasterKeys } from '@berth/auth';
import { builtinRegistry, encryptedResources } from '@berth/kinds';
import { connectHints, connectTokenSource, redisErrorLog } from '@berth/queue';
import { openStore, type Store } from '@berth/store';
import { pino } from 'pino';
import { z } from 'zod';
import { parseAuditPolicy } from './audit/read-audit-policy.ts';
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
const tokenSource = connectTokenSource({
  redisUrl: settings.redisUrl,
  keyPrefix: settings.redisKeyPrefix,
  onError: redisErrorLog(log),
});
try {
  const running = await start(settings);
  const { api } = running;
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) return;
    isStopping = true;
    closeAll(running).then(
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

interface Running {
  readonly api: Api;
  readonly store: Store;
}

async function start(from: ApiSettings): Promise<Running> {
  const [certificate, key, clusterCa, masterKeys] = await Promise.all([
    readFile(from.certificateFile, 'utf8'),
    readFile(from.keyFile, 'utf8'),
    readFile(from.caFile, 'utf8'),
    openMasterKeys(from.masterKeys),
  ]);
  const store = openStore({
    databaseUrl: from.databaseUrl,
    hints,
    retentionMs: from.retentionMs,
    bodyCipher: createBodyCipher(masterKeys, encryptedResources(builtinRegistry)),
  });
  const { auditPolicyFile } = from;
  const auditPolicy = auditPolicyFile && parseAuditPolicy(await readFile(auditPolicyFile, 'utf8'));
  await store.ping();
  await verifyMasterKeys(store.signingKeys, masterKeys);
  await store.ensurePartitions(new Date());
  const api = await startApi({
    store,
    hints,
    kinds: builtinRegistry,
    keys: createKeyRing(store.signingKeys, masterKeys),
    log,
    now: () => new Date(),
    externalUrl: from.externalUrl,
    formerExternalUrls: from.formerExternalUrls,
    issuerNetworks: from.issuerNetworks,
    trustedProxies: from.trustedProxies,
    ...(auditPolicy && { auditPolicy }),
    clusterCa,
    tokenSource,
    fairShare: from.fairShare,
    serviceNetwork: from.serviceNetwork,
    ...(from.advertiseAddress !== undefined && { advertiseAddress: from.advertiseAddress }),
    https: { port: from.port, certificate, key, ...(from.host !== undefined && { host: from.host }) },
    ...(from.httpPort !== undefined && { http: { port: from.httpPort } }),
  });
  return { api, store };
}

/** Requests first, so that what is under way still finds the database. */
async function closeAll({ api, store }: Running): Promise<void> {
  await api.close();
  await store.close();
  await hints.close();
  tokenSource.close();
}

function describe(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
}
