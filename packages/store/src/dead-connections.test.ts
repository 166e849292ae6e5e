import { createConnection, type Socket } from 'node:net';
import postgres from 'postgres';
import { expect, onTestFinished, test } from 'vitest';
import { createTestDatabase } from '../../../test/support/postgres.ts';

const databaseUrl = await createTestDatabase();

/** The driver on one connection, and the socket that it has now. */
function openDriver() {
  const { hostname, port } = new URL(databaseUrl);
  const sockets: Socket[] = [];
  const options: postgres.Options<Record<string, never>> & { socket: () => Promise<Socket> } = {
    max: 1,
    connect_timeout: 2,
    backoff: () => 0,
    onnotice: () => undefined,
    socket: () =>
      new Promise((resolve, reject) => {
        const socket = createConnection({ host: hostname, port: Number(port) }, () => resolve(socket));
        socket.once('error', reject);
        sockets.push(socket);
      }),
  };
  const sql = postgres(databaseUrl, options);
  onTestFinished(() => sql.end({ timeout: 1 }));
  return { sql, socket: () => sockets.at(-1) };
}

/** In the next round of microtasks, so before anything that waits for the event loop's next round. */
const soon = () => new Promise<void>((resolve) => process.nextTick(resolve));

test('a connection that dies before what was asked is sent is opened again, and works', async () => {
  const { sql, socket } = openDriver();
  expect(await sql`select 1 as one`).toMatchObject([{ one: 1 }]);
  const lost = sql`select 2 as two`.execute().catch((error: unknown) => error);
  // The statement is made, and waits for the event loop's next round.
  await soon();
  socket()?.destroy();
  expect(await lost).toMatchObject({ code: 'CONNECTION_CLOSED' });
  expect(await sql`select 3 as three`).toMatchObject([{ three: 3 }]);
});

test('a statement of a transaction whose connection has died is refused, and harms nobody else', async () => {
  const { sql, socket } = openDriver();
  const lost = sql.begin(async (transaction) => {
    await transaction`select 1`;
    socket()?.destroy();
    await soon();
    await soon();
    await transaction`select 2`;
  });
  await expect(lost).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
  expect(await sql`select 3 as three`).toMatchObject([{ three: 3 }]);
});
