import { readFile } from 'node:fs/promises';
import { openMasterKeys } from '@berth/auth';
import { pino } from 'pino';
import { z } from 'zod';
import { readSettings, type WorkerSettings } from './settings.ts';
import { startWorker } from './start-worker.ts';

let settings: WorkerSettings;
try {
  settings = readSettings(process.env);
} catch (error) {
  const reason = error instanceof z.ZodError ? describe(error) : String(error);
  pino({ name: 'worker' }).fatal(`the worker cannot start: ${reason}`);
  process.exit(1);
}

const log = pino({ name: 'worker', level: settings.logLevel });
try {
  const { caFile, masterKeys, logLevel: _logLevel, ...options } = settings;
  const worker = await startWorker({
    ...options,
    clusterCa: await readFile(caFile, 'utf8'),
    masterKeys: await openMasterKeys(masterKeys),
    log,
  });
  const stop = (): void => {
    worker.close().then(
      () => process.exit(0),
      (err: unknown) => {
        log.error({ err }, 'the worker did not stop in order');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
  // The parent is gone: nobody else would stop this process.
  process.on('disconnect', stop);
  log.info({ concurrency: settings.turnConcurrency }, 'worker takes turns');
  process.send?.({ type: 'ready' });
} catch (err) {
  log.fatal({ err }, `the worker cannot start: ${err instanceof Error ? err.message : String(err)}`);
  process.exit(1);
}

function describe(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
}
