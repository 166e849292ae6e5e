import { X509Certificate } from 'node:crypto';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { adminSubject, type MasterKeys, nodeSubject } from '@berth/auth';
import { migrate } from '@berth/store';
import type { ApiAccess } from '../api-request.ts';
import { ensureCertificates } from '../instance/certificates.ts';
import { type DataDirectory, dataDirectory, takeDataDirectory } from '../instance/data-directory.ts';
import { noteServerUrl } from '../instance/former-urls.ts';
import { ensureCluster, ensureTenant, removeNodes } from '../instance/fleet-objects.ts';
import { writeInstanceKubeconfig } from '../instance/kubeconfig.ts';
import { ensureMasterKey } from '../instance/master-keys.ts';
import { mintClusterToken } from '../instance/mint-cluster-token.ts';
import { adminUser, defaultCluster, defaultTenant, systemCluster } from '../instance/names.ts';
import { withStore } from '../instance/open-instance.ts';
import { assertPortFree } from '../instance/ports.ts';
import { serverUrl } from '../instance/server-url.ts';
import type { Settings } from '../settings.ts';
import { type Engines, startEngines } from '../supervise/engines.ts';
import { type EventPrinter, eventPrinter } from '../supervise/event-printer.ts';
import { apiPart, nodeNamesOf, nodeParts, type PartContext, workerPart } from '../supervise/parts.ts';
import { type Part, startPart } from '../supervise/part.ts';

const kubeconfigLifetimeSeconds = 90 * 24 * 3600;
const nodeTokenLifetimeSeconds = 30 * 24 * 3600;
/** Long before a token ends, and often enough for a machine that sleeps. */
const renewEveryMs = 12 * 3600 * 1000;

/**
 * Starts everything on this machine and returns when it was stopped by a signal.
 *
 * @throws CliError, EngineError or StoreError; whatever was started by then is stopped.
 */
export async function up(settings: Settings, write: (line: string) => void): Promise<void> {
  const startedAt = Date.now();
  const printer = eventPrinter(settings.logLevel, write);
  const stopRequested = untilStopped();
  const directory = dataDirectory(settings.dataDirectory);
  const releaseDirectory = await takeDataDirectory(directory);
  const instance: Instance = { settings, directory, printer, parts: [] };
  let starting: Promise<NodeJS.Timeout> | undefined;
  try {
    await assertPortFree({ port: settings.port, variable: 'BERTH_PORT' });
    await assertPortFree({ port: settings.httpPort, variable: 'BERTH_HTTP_PORT', host: '127.0.0.1' });
    starting = start(instance);
    if ((await Promise.race([starting, stopRequested])) !== 'stop') {
      write(banner(instance, Date.now() - startedAt));
      await stopRequested;
    }
    write('berth: stopping');
  } finally {
    // A start that is asked to stop ends first: what it was about to start would be nobody's.
    clearInterval(await starting?.catch(() => undefined));
    await stop(instance);
    await releaseDirectory();
  }
  write('berth: stopped');
}

interface Instance {
  readonly settings: Settings;
  readonly directory: DataDirectory;
  readonly printer: EventPrinter;
  /** In the order of their start. */
  readonly parts: Part[];
  engines?: Engines;
  /** PEM of the CA, once there is one. */
  authority?: string;
}

async function start(instance: Instance): Promise<NodeJS.Timeout> {
  const { settings, directory, printer } = instance;
  const now = new Date();
  const [caPem, masterKeys] = await Promise.all([
    ensureCertificates(directory.pki, now),
    ensureMasterKey(settings, directory),
  ]);
  instance.authority = caPem;
  const engines = await startEngines(settings, directory, printer);
  instance.engines = engines;
  await migrate(engines.databaseUrl);

  const formerUrls = await noteServerUrl(directory.serverUrls, serverUrl(settings));
  const context: PartContext = { settings, directory, engines, formerUrls, printer };
  instance.parts.push(await startPart(apiPart(context)));
  const keys: Keys = { masterKeys, caPem, databaseUrl: engines.databaseUrl };
  await writeTokens(instance, keys);
  const others = await Promise.allSettled([workerPart(context), ...nodeParts(context)].map(startPart));
  for (const result of others) if (result.status === 'fulfilled') instance.parts.push(result.value);
  for (const result of others) if (result.status === 'rejected') throw result.reason;

  await createDefaults(instance, keys);
  return setInterval(() => {
    writeTokens(instance, keys).catch((error: unknown) =>
      printer.event('berth', `tokens were not renewed: ${String(error)}`),
    );
  }, renewEveryMs);
}

interface Keys {
  readonly masterKeys: MasterKeys;
  readonly caPem: string;
  readonly databaseUrl: string;
}

/** Writes the admin's kubeconfigs and the nodes' tokens anew, so that what is on disk is always fresh. */
async function writeTokens(instance: Instance, keys: Keys): Promise<void> {
  const { settings, directory } = instance;
  await withStore(keys.databaseUrl, async (store) => {
    const shared = { masterKeys: keys.masterKeys, serverUrl: serverUrl(settings), now: new Date() };
    for (const [clusterId, file] of kubeconfigFiles(directory)) {
      if (!(await store.clusterExists(clusterId))) continue;
      const token = await mintClusterToken(store, {
        ...shared,
        clusterId,
        subject: adminSubject(adminUser),
        expiresInSeconds: kubeconfigLifetimeSeconds,
      });
      await writeInstanceKubeconfig(file, {
        clusterId,
        serverUrl: serverUrl(settings),
        caPem: keys.caPem,
        token,
      });
    }
    for (const nodeName of nodeNamesOf(settings)) {
      const token = await mintClusterToken(store, {
        ...shared,
        clusterId: systemCluster,
        subject: nodeSubject(nodeName),
        expiresInSeconds: nodeTokenLifetimeSeconds,
      });
      await writeFile(directory.nodeToken(nodeName), token, { mode: 0o600 });
    }
  });
}

function kubeconfigFiles(directory: DataDirectory): [string, string][] {
  return [
    [systemCluster, directory.adminKubeconfig],
    [defaultCluster, directory.kubeconfig],
  ];
}

async function createDefaults(instance: Instance, keys: Keys): Promise<void> {
  const { settings } = instance;
  const token = await withStore(keys.databaseUrl, (store) =>
    mintClusterToken(store, {
      clusterId: systemCluster,
      subject: adminSubject(adminUser),
      expiresInSeconds: 300,
      masterKeys: keys.masterKeys,
      serverUrl: serverUrl(settings),
      now: new Date(),
    }),
  );
  const access = { clusterUrl: `${serverUrl(settings)}/clusters/${systemCluster}`, caPem: keys.caPem, token };
  await ensureTenant(access, defaultTenant);
  await removeFormerNodes(instance, access);
  if ((await ensureCluster(access, { name: defaultCluster, tenant: defaultTenant })) === 'created') {
    await writeTokens(instance, keys);
  }
}

/** Nodes that an earlier start ran and this one does not would take pods that nobody runs. */
async function removeFormerNodes(instance: Instance, access: ApiAccess): Promise<void> {
  const { settings, directory, printer } = instance;
  const current = new Set(nodeNamesOf(settings));
  const tokens = (await readdir(directory.nodes)).filter((file) => file.endsWith('.token'));
  const former = tokens.map((file) => file.slice(0, -'.token'.length)).filter((name) => !current.has(name));
  await removeNodes(access, former);
  for (const name of former) {
    await rm(directory.nodeToken(name), { force: true });
    printer.event('berth', `node ${name} is not run any more and was removed`);
  }
}

/** Nodes first, so that their last reports still arrive; the databases last. */
async function stop(instance: Instance): Promise<void> {
  const isNode = (part: Part): boolean => part.name.startsWith('node');
  await Promise.all(instance.parts.filter(isNode).map((part) => part.stop(20_000)));
  for (const part of instance.parts.filter((candidate) => !isNode(candidate)).reverse())
    await part.stop(10_000);
  await instance.engines?.stop();
}

/** Resolves at the first SIGINT, SIGTERM or SIGHUP; a second one ends the process at once. */
function untilStopped(): Promise<'stop'> {
  return new Promise((resolve) => {
    let isFirst = true;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (!isFirst && signal === 'SIGINT') process.exit(130);
        isFirst = false;
        resolve('stop');
      });
    }
  });
}

function banner(instance: Instance, tookMs: number): string {
  const { settings, directory, authority = '' } = instance;
  const lines = [
    '',
    `Berth is ready (${(tookMs / 1000).toFixed(1)} s): ${serverUrl(settings)} (plain HTTP on 127.0.0.1:${settings.httpPort})`,
    `  its authority        ${new X509Certificate(authority).fingerprint256}`,
    `  cluster "${defaultCluster}"    ${directory.kubeconfig}`,
    `  the fleet ("${systemCluster}") ${directory.adminKubeconfig}`,
  ];
  if (settings.nodes.some((group) => group.runtime === 'process')) {
    lines.push(
      '  The process runtime runs containers as local processes, with the rights of this user: it isolates nothing.',
    );
  }
  const kubectl = `kubectl --kubeconfig ${directory.kubeconfig}`;
  return [
    ...lines,
    '',
    'Try:',
    `  ${kubectl} get nodes`,
    `  ${kubectl} create job hello --image=busybox -- echo hello`,
    `  ${kubectl} logs job/hello`,
    '',
  ].join('\n');
}
