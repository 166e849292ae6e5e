import { createServer, type Server, type Socket } from 'node:net';
import type { Balancer } from './balancer.ts';
import { connectToOne, relay } from './relay.ts';

export interface PortListenerOptions {
  readonly balancer: Balancer;
  /** Why the port cannot be had: somebody else has it. */
  readonly onRefused: (error: NodeJS.ErrnoException) => void;
}

/** Listens on a frontend's port while there is something behind it: otherwise the system refuses connections. */
export class PortListener {
  readonly #options: PortListenerOptions;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  constructor(options: PortListenerOptions) {
    this.#options = options;
  }

  /** Begins or ends to listen, by what the balancer has. Connections that are there go on. */
  settle(): void {
    const { balancer } = this.#options;
    if (balancer.frontend.backends.length === 0) {
      this.#server?.close();
      this.#server = undefined;
    } else {
      this.#server ??= this.#listen();
    }
  }

  /** Listens no more. Connections that are there go on until they end, or until this process does. */
  close(): void {
    this.#server?.close();
    this.#server = undefined;
    for (const socket of this.#sockets) socket.unref();
  }

  #listen(): Server {
    const { balancer, onRefused } = this.#options;
    const { address, port } = balancer.frontend;
    const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (client) => {
      void this.#serve(client);
    });
    server.on('error', (error) => {
      if (this.#server === server) this.#server = undefined;
      onRefused(error);
    });
    return server.listen({ host: address, port, exclusive: true });
  }

  async #serve(client: Socket): Promise<void> {
    this.#sockets.add(client);
    client.once('close', () => this.#sockets.delete(client));
    const { balancer } = this.#options;
    const { remoteAddress = '' } = client;
    // One that breaks off while it waits is none of anybody's business.
    client.on('error', () => client.destroy());
    const connected = await connectToOne(balancer.choose(remoteAddress));
    if (!connected || client.destroyed) {
      connected?.socket.destroy();
      client.resetAndDestroy();
      return;
    }
    balancer.chosen(remoteAddress, connected.backend);
    relay(client, connected.socket);
  }
}
