import { readFile } from 'node:fs/promises';
import { systemClock } from '@berth/runtime';
import { pino } from 'pino';
import { z } from 'zod';
import { TokenFile } from './api/token-file.ts';
import { createRuntimes } from './create-runtime.ts';
import { type NodeAgent, startNodeAgent } from './node-agent.ts';
import { type NodeSettings, readSettings } from './settings.ts';

/** Whoever started this does not wait forever: a fleet that is away is joined later. */
const registrationDeadlineMs = 5_000;
/** Of a graceful end: what containers get at most to end in. */
const maxStopGraceSeconds = 10;

let settings: NodeSettings;
try {
  settings = readSettings(process.env);
} catch (error) {
  const reason = error instanceof z.ZodError ? describe(error) : String(error);
  pino({ name: 'node' }).fatal(`the node agent cannot start: ${reason}`);
  process.exit(1);
}

const log = pino({ name: 'node', level: settings.logLevel });

try {
  const agent = await start(settings);
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) return;
    isStopping = true;
    agent.close({ pods: settings.podsOnExit, maxGraceSeconds: maxStopGraceSeconds }).then(
      () => process.exit(0),
      (err: unknown) => {
        log.error({ err }, 'the node agent did not stop in order');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
  // The parent is gone: nobody else would stop this process.
  process.on('disconnect', stop);
  const deadline = new Promise<void>((resolve) => {
    setTimeout(resolve, registrationDeadlineMs).unref();
  });
  await Promise.race([agent.registered, deadline]);
  log.info({ port: agent.port, nodes: settings.nodes.map(({ name }) => name) }, 'node agent runs');
  process.send?.({ type: 'ready', port: agent.port });
} catch (err) {
  log.fatal({ err }, `the node agent cannot start: ${err instanceof Error ? err.message : String(err)}`);
  process.exit(1);
}

async function start(from: NodeSettings): Promise<NodeAgent> {
  const ca = from.caFile === undefined ? undefined : await readFile(from.caFile, 'utf8');
  const createRuntime = await createRuntimes(from, log);
  return startNodeAgent({
    apiUrl: from.apiUrl,
    ca,
    nodes: from.nodes.map(({ name, tokenFile }, index) => ({
      name,
      token: new TokenFile(tokenFile),
      ...createRuntime(name, index),
    })),
    address: from.address,
    port: from.port,
    clock: systemClock,
    log,
  });
}

function describe(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
}
