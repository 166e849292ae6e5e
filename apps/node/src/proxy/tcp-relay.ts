import { connect, type Socket } from 'node:net';
import type { Backend } from './backends.ts';

const connectTimeoutMs = 5_000;

/**
 * Connects to the first backend that takes the connection. Nothing has been sent to those before it, so that none of what
 * the client says is said twice.
 *
 * @returns undefined if none of them does
 */
export async function connectToOne(
  backends: readonly Backend[],
): Promise<{ readonly backend: Backend; readonly socket: Socket } | undefined> {
  for (const backend of backends) {
    const socket = await connectTo(backend);
    if (socket) return { backend, socket };
  }
  return undefined;
}

function connectTo({ address, port }: Backend): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, allowHalfOpen: true, noDelay: true });
    const fail = (): void => {
      socket.destroy();
      resolve(undefined);
    };
    const timer = setTimeout(fail, connectTimeoutMs);
    socket.once('error', fail);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', fail);
      resolve(socket);
    });
    socket.once('close', () => clearTimeout(timer));
  });
}

/**
 * Passes on what two sockets say to each other, each at the pace of the other one. Where one has said all that it has to
 * say, the other one hears so and may go on; where one breaks off, so does the other.
 */
export function relay(client: Socket, server: Socket): void {
  join(client, server);
  join(server, client);
}

function join(from: Socket, to: Socket): void {
  from.pipe(to);
  from.once('error', () => to.resetAndDestroy());
  from.once('close', () => {
    // After an end in order `to` has been told by the pipe, and may still have something to say.
    if (!from.readableEnded) to.destroy();
  });
}
