import { fixedMasterKeys } from '@berth/auth';
import { pino } from 'pino';
import { startWorker, type BerthWorker, type WorkerOptions } from '../start-worker.ts';
import { testCa } from './cluster-client.ts';

/** One line of a worker's log. */
type LogRecord = Readonly<Record<string, unknown>>;

export interface TestWorker extends BerthWorker {
  readonly lines: readonly LogRecord[];
}

/** A worker in this process whose log, down to debug, is kept. */
export async function startTestWorker(
  options: Omit<WorkerOptions, 'clusterCa' | 'log' | 'masterKeys'>,
): Promise<TestWorker> {
  const lines: LogRecord[] = [];
  const destination = {
    write: (line: string) => {
      // pino writes one JSON object a line.
      lines.push(JSON.parse(line) as LogRecord);
    },
  };
  const worker = await startWorker({
    ...options,
    clusterCa: testCa,
    masterKeys: fixedMasterKeys(new Uint8Array(32)),
    log: pino({ level: 'debug' }, destination),
  });
  return { ...worker, lines };
}
