// What the flooding tenant does, in a process of its own: its clients must not take the measuring ones' time. Takes its orders as one
// message, says `started`, floods until it is told to stop, says what came of it, and ends.
import { getPriority, setPriority } from 'node:os';
import { request, Agent, type RequestOptions } from 'node:https';
import { request as plainRequest, Agent as PlainAgent } from 'node:http';
import { parallelJob } from './objects.ts';

/** What to flood, and as whom. */
export interface FloodOrders {
  /** `https://host:port/clusters/<cluster>` */
  readonly server: string;
  readonly token: string;
  readonly creators: number;
  readonly listers: number;
  readonly watchers: number;
  readonly jobPods: number;
}

/** Answers by status code, and what kept a request from having one. */
export type FloodAnswers = Record<string, number>;

/** On a machine of their own the clients would take nothing from the server's processors; here they yield to it. */
const yieldsBy = 10;
const lowestPriority = 19;
const lingersMs = 2;

const answers: FloodAnswers = {};
const stopped = new AbortController();

process.once('message', (orders: FloodOrders) => {
  setPriority(Math.min(lowestPriority, getPriority() + yieldsBy));
  process.once('message', () => stopped.abort());
  // It is in a session of its own, and would outlive a terminal that is closed.
  process.once('disconnect', () => process.exit(1));
  void flood(orders).then(() => {
    process.send?.(answers, () => process.exit(0));
  });
  process.send?.('started');
});

async function flood(orders: FloodOrders): Promise<void> {
  const send = sender(orders);
  await send('POST', '/apis/batch/v1/namespaces/default/jobs', parallelJob(orders.jobPods));
  const data = { payload: 'x'.repeat(1_000) };
  const create = (client: number, round: number) =>
    send(
      'POST',
      '/api/v1/namespaces/default/configmaps',
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: `f-${client}-${round}` },
        data,
      }),
    );
  const lists = ['/api/v1/configmaps', '/api/v1/pods', '/api/v1/events'];
  await Promise.all([
    ...clients(orders.creators, create),
    ...clients(orders.listers, (client, round) => send('GET', lists[(client + round) % lists.length] ?? '')),
    ...clients(orders.watchers, (client) =>
      send('GET', `${lists[client % 2] ?? ''}?watch=1&timeoutSeconds=5`),
    ),
  ]);
}

/** Clients that know no patience: the next request follows the answer, `Retry-After` or not. */
function clients(count: number, step: (client: number, round: number) => Promise<void>): Promise<void>[] {
  return Array.from({ length: count }, async (_, client) => {
    for (let round = 0; !stopped.signal.aborted; round++) await step(client, round);
  });
}

function sender({ server, token }: FloodOrders) {
  const url = new URL(server);
  const isPlain = url.protocol === 'http:';
  const agent = isPlain ? new PlainAgent({ keepAlive: true }) : new Agent({ keepAlive: true });
  const count = (what: string): void => void (answers[what] = (answers[what] ?? 0) + 1);
  return (method: string, path: string, body?: string): Promise<void> =>
    new Promise((resolve) => {
      const options: RequestOptions = {
        method,
        agent,
        host: url.hostname,
        port: url.port,
        path: url.pathname.replace(/\/$/, '') + path,
        // The server is under test, not its certificate.
        rejectUnauthorized: false,
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          connection: 'keep-alive',
        },
        signal: stopped.signal,
      };
      const failed = (error: Error): void => {
        if (!stopped.signal.aborted) count(error.message);
        setTimeout(resolve, lingersMs);
      };
      (isPlain ? plainRequest : request)(options, (answer) => {
        count(String(answer.statusCode));
        answer.resume().once('end', resolve).once('error', failed);
      })
        .once('error', failed)
        .end(body);
    });
}
