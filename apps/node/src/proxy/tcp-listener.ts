import { createServer, type Server, type Socket } from 'node:net';
import type { Listener, ListenerOptions } from './listener.ts';
import { connectToOne, relay } from './tcp-relay.ts';

/** Takes the connections to a port of a Service, and passes each on to a backend. */
export class TcpListener implements Listener {
  readonly #options: ListenerOptions;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  constructor(options: ListenerOptions) {
    this.#options = options;
  }

  settle(): void {
    const { balancer } = this.#options;
    if (balancer.frontend.backends.length === 0) {
      this.#server?.close();
      this.#server = undefined;
    } else {
      this.#server ??= this.#listen();
    }
  }

  /** Connections that are there go on until they end, or until this process does. */
  close(): void {
    this.#server?.close();
    this.#server = undefined;
    for (const socket of this.#sockets) socket.unref();
  }

  #listen(): Server {
    const { balancer, onListening, onRefused } = this.#options;
    const { address, port } = balancer.frontend;
    const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (client) => {
      void this.#serve(client);
    });
    server.on('error', (error) => {
      if (this.#server === server) this.#server = undefined;
      onRefused(error);
    });
    return server.listen({ host: address, port, exclusive: true }, onListening);
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
