import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';

/**
 * Below the ports that Linux and macOS take for outgoing connections, one of which could take a port between this look
 * and its use; and not where Kubernetes has its node ports.
 */
const [firstPort, endPort] = [11_000, 20_000];
const attempts = 100;

/**
 * A TCP port that nobody listens on now, on any address. `preferred` is returned when it is free.
 *
 * @throws Error where a hundred ports by chance are all taken.
 */
export async function freePort(preferred?: number): Promise<number> {
  if (preferred !== undefined && (await isFree(preferred))) return preferred;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const port = randomInt(firstPort, endPort);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port found between ${firstPort} and ${endPort - 1}`);
}

/** The port that an engine wrote into its directory when it last started; undefined at its first start. */
export async function lastPort(directory: string): Promise<number | undefined> {
  return Number(await readFile(join(directory, 'port'), 'utf8').catch(() => '')) || undefined;
}

/** Some systems let one listen on all addresses where somebody listens on one of them, so both are tried. */
async function isFree(port: number): Promise<boolean> {
  return (await canListen({ port })) && (await canListen({ port, host: '127.0.0.1' }));
}

function canListen(address: { port: number; host?: string }): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
      else reject(error);
    });
    server.listen({ ...address, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
