import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DataDirectory } from '../instance/data-directory.ts';
import { serverUrl } from '../instance/server-url.ts';
import { masterKeySettings } from '../instance/master-keys.ts';
import type { Settings } from '../settings.ts';
import type { Engines } from './engines.ts';
import type { EventPrinter } from './event-printer.ts';
import type { PartOptions } from './part.ts';

export interface PartContext {
  readonly settings: Settings;
  readonly directory: DataDirectory;
  readonly engines: Engines;
  /** URLs under which the instance was reached before. */
  readonly formerUrls: readonly string[];
  readonly printer: EventPrinter;
}

const apps = fileURLToPath(new URL('../../../', import.meta.url));

export function apiPart(context: PartContext): PartOptions {
  const { settings, directory, formerUrls } = context;
  return part(
    context,
    { name: 'api', app: 'api' },
    {
      BERTH_PORT: String(settings.port),
      BERTH_HTTP_PORT: String(settings.httpPort),
      BERTH_TLS_CERT_FILE: directory.pki.certificate,
      BERTH_TLS_KEY_FILE: directory.pki.key,
      BERTH_CA_FILE: directory.pki.ca,
      ...masterKeyVariables(context),
      BERTH_EXTERNAL_URL: serverUrl(settings),
      BERTH_FORMER_EXTERNAL_URLS: formerUrls.join(','),
      ...(settings.auditPolicyFile && { BERTH_AUDIT_POLICY_FILE: settings.auditPolicyFile }),
      ...issuerVariables(context),
    },
  );
}

export function workerPart(context: PartContext): PartOptions {
  return part(
    context,
    { name: 'worker', app: 'worker' },
    {
      BERTH_CA_FILE: context.directory.pki.ca,
      ...masterKeyVariables(context),
      BERTH_PRINT_EVENTS: '1',
      ...(context.settings.nodeGraceSeconds && {
        BERTH_NODE_GRACE_SECONDS: context.settings.nodeGraceSeconds,
      }),
      ...issuerVariables(context),
    },
  );
}

/** One agent process for each group of nodes of the same runtime. */
export function nodeParts(context: PartContext): PartOptions[] {
  const { settings, directory } = context;
  return settings.nodes.map(({ runtime, count }) =>
    part(
      context,
      { name: `node-${runtime}`, app: 'node' },
      {
        BERTH_API_URL: `https://127.0.0.1:${settings.port}`,
        BERTH_CA_FILE: directory.pki.ca,
        BERTH_NODE_TOKEN_FILE: join(directory.nodes, '{name}.token'),
        BERTH_NODE_NAME: runtime,
        BERTH_NODE_COUNT: String(count),
        BERTH_NODE_RUNTIME: runtime,
        BERTH_DATA_DIR: join(directory.nodes, runtime),
        BERTH_NODE_PORT: '0',
        BERTH_ALLOW_PROCESS_RUNTIME: '1',
        BERTH_STOP_PODS_ON_EXIT: '1',
      },
    ),
  );
}

/** `process-1`, `simulated-1`, `simulated-2`, …: as the agents name them. */
export function nodeNamesOf(settings: Settings): string[] {
  return settings.nodes.flatMap(({ runtime, count }) =>
    Array.from({ length: count }, (_, index) => `${runtime}-${index + 1}`),
  );
}

/** Instances that are given the same Redis must not hear each other's hints; the database tells them apart. */
function redisPrefix({ settings, engines }: PartContext): string {
  if (!settings.redisUrl) return 'berth';
  const { host, pathname } = new URL(engines.databaseUrl);
  return `berth-${createHash('sha256')
    .update(host + pathname)
    .digest('hex')
    .slice(0, 12)}`;
}

/** The parts find the master keys where this process found them. */
function masterKeyVariables({ settings, directory }: PartContext): Record<string, string> {
  const { key, previousKeys, file } = masterKeySettings(settings, directory);
  return {
    ...(file && { BERTH_MASTER_KEY_FILE: file }),
    ...(key && { BERTH_MASTER_KEY: key }),
    ...(previousKeys && { BERTH_PREVIOUS_MASTER_KEYS: previousKeys }),
  };
}

function issuerVariables({ settings }: PartContext): Record<string, string> {
  return settings.issuerNetworks === undefined ? {} : { BERTH_ISSUER_ALLOW_CIDRS: settings.issuerNetworks };
}

function part(
  context: PartContext,
  { name, app }: { name: string; app: 'api' | 'worker' | 'node' },
  environment: Record<string, string>,
): PartOptions {
  return {
    name,
    entry: join(apps, app, 'src/main.ts'),
    environment: {
      DATABASE_URL: context.engines.databaseUrl,
      REDIS_URL: context.engines.redisUrl,
      BERTH_REDIS_PREFIX: redisPrefix(context),
      LOG_LEVEL: context.settings.logLevel,
      ...environment,
    },
    onLine: context.printer.part(name),
    onExit: (reason, restartInMs) =>
      context.printer.event(name, `ended (${reason}); starting it again in ${restartInMs} ms`),
  };
}
