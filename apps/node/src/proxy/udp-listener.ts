import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { isSameBackend } from './backends.ts';
import type { FlowTable } from './flow-table.ts';
import type { Listener, ListenerOptions } from './listener.ts';
import { UdpFlow } from './udp-flow.ts';

export interface UdpListenerOptions extends ListenerOptions {
  readonly flows: FlowTable;
  readonly nowMs: () => number;
}

/** Takes the datagrams to a port of a Service, and passes all of one client's on to the same backend. */
export class UdpListener implements Listener {
  readonly #options: UdpListenerOptions;
  #socket: Socket | undefined;

  constructor(options: UdpListenerOptions) {
    this.#options = options;
  }

  settle(): void {
    if (this.#options.balancer.frontend.backends.length === 0) this.close();
    else this.#socket ??= this.#listen();
  }

  /** Answers that are still to come would have no address to come from: nobody gets them. */
  close(): void {
    this.#socket?.close();
    this.#socket = undefined;
    this.#options.flows.closeAll(this);
  }

  #listen(): Socket {
    const { balancer, onListening, onRefused } = this.#options;
    const { address, port } = balancer.frontend;
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    socket.on('error', (error) => {
      if (this.#socket !== socket) return;
      this.close();
      onRefused(error);
    });
    socket.on('message', (datagram, client) => this.#flowOf(socket, client)?.send(datagram));
    socket.bind({ address, port, exclusive: true }, onListening);
    return socket;
  }

  /** The client's flow; another one where the backend of the former does not serve any more. */
  #flowOf(socket: Socket, client: RemoteInfo): UdpFlow | undefined {
    const { flows, balancer } = this.#options;
    const key = `${client.address} ${client.port}`;
    const former = flows.use(this, key);
    if (former && balancer.serves(former.backend)) return former;
    former?.close();
    const flow = this.#begin(socket, client, () => flow && flows.remove(this, key, flow));
    if (flow) flows.add(this, key, flow);
    return flow;
  }

  #begin(socket: Socket, { address, port }: RemoteInfo, onClosed: () => void): UdpFlow | undefined {
    const { balancer, nowMs } = this.#options;
    const next: ConstructorParameters<typeof UdpFlow>[0]['next'] = (refused) => {
      const isLeft = (backend: (typeof refused)[number]) =>
        !refused.some((other) => isSameBackend(other, backend));
      const backend = balancer.choose(address).find(isLeft);
      if (backend) balancer.chosen(address, backend);
      return backend;
    };
    const backend = next([]);
    if (!backend) return undefined;
    // What could not be sent is lost, as datagrams may be.
    const onAnswer = (answer: Buffer): void => socket.send(answer, port, address, () => {});
    return new UdpFlow({ backend, next, nowMs, onAnswer, onClosed });
  }
}
