import { type Engine, startPostgres, startRedis } from '@berth/engines';
import { pingRedis } from '@berth/queue';
import { CliError } from '../cli-error.ts';
import type { DataDirectory } from '../instance/data-directory.ts';
import type { Settings } from '../settings.ts';
import type { EventPrinter } from './event-printer.ts';

/** The database servers of one instance: given by URL, or started here. */
export interface Engines {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  stop(): Promise<void>;
}

/** Servers that were started here are started again when they end by themselves; their data and ports stay. */
export async function startEngines(
  settings: Settings,
  directory: DataDirectory,
  printer: EventPrinter,
): Promise<Engines> {
  if (settings.redisUrl) await assertRedis(settings.redisUrl);
  const log = (name: string) => (line: string) => {
    if (settings.logLevel === 'debug' || settings.logLevel === 'trace') printer.event(name, line);
  };
  const kept: KeptEngine[] = [];
  const provide = async (
    given: string | undefined,
    start: () => Promise<Engine>,
    name: string,
  ): Promise<string> => {
    if (given) return given;
    const engine = await keepRunning(name, start, printer);
    kept.push(engine);
    return engine.url;
  };
  try {
    const [databaseUrl, redisUrl] = await Promise.all([
      provide(
        settings.databaseUrl,
        () => startPostgres({ directory: directory.postgres, log: log('postgres') }),
        'postgres',
      ),
      provide(
        settings.redisUrl,
        () => startRedis({ directory: directory.redis, log: log('redis') }),
        'redis',
      ),
    ]);
    return { databaseUrl, redisUrl, stop: () => stopAll(kept) };
  } catch (error) {
    await stopAll(kept);
    throw error;
  }
}

const redisDeadlineMs = 5_000;

async function assertRedis(redisUrl: string): Promise<void> {
  if (await pingRedis({ redisUrl }, redisDeadlineMs)) return;
  const { host } = new URL(redisUrl);
  throw new CliError(
    'REDIS_UNREACHABLE',
    `Redis cannot be reached at ${host}. Start it, or set REDIS_URL to one that runs.`,
  );
}

interface KeptEngine {
  readonly url: string;
  stop(): Promise<void>;
}

async function keepRunning(
  name: string,
  start: () => Promise<Engine>,
  printer: EventPrinter,
): Promise<KeptEngine> {
  let engine = await start();
  let isStopping = false;
  const watch = async (): Promise<void> => {
    while (!isStopping) {
      await engine.exited;
      if (isStopping) return;
      printer.event(name, 'ended unexpectedly; starting it again');
      engine = await start();
      printer.event(name, 'is back');
    }
  };
  watch().catch((error: unknown) => {
    printer.event(
      name,
      `could not be started again: ${error instanceof Error ? error.message : String(error)}`,
    );
    process.kill(process.pid, 'SIGTERM');
  });
  return {
    url: engine.url,
    stop: async () => {
      isStopping = true;
      await engine.stop();
    },
  };
}

async function stopAll(engines: readonly KeptEngine[]): Promise<void> {
  await Promise.all(engines.map((engine) => engine.stop()));
}
