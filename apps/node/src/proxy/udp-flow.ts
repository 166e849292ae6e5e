import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { Backend } from './backends.ts';

/**
 * How long a flow may be quiet, as Linux has it for the UDP that it translates addresses for: a question with its answer, or
 * without one, and what goes on for longer than `streamAfterMs`.
 * https://docs.kernel.org/networking/nf_conntrack-sysctl.html
 */
const quietMs = 30_000;
const quietStreamMs = 120_000;
const streamAfterMs = 2_000;

/** What comes before the socket is there waits, up to this; more is lost, as in any full queue. */
const maxWaiting = 64;
/** Datagrams up to this size are kept until the next one, to be said again to another backend. */
const maxKeptBytes = 4096;

export interface UdpFlowOptions {
  readonly backend: Backend;
  /** Who comes next after all of these refused; undefined where nobody does. */
  readonly next: (refused: readonly Backend[]) => Backend | undefined;
  readonly nowMs: () => number;
  readonly onAnswer: (datagram: Buffer) => void;
  readonly onClosed: () => void;
}

/**
 * What one client says to one backend, and what that says to it. Where nobody listens at the backend, the datagram that was refused goes to
 * the next one, and so does what follows. The flow is closed when nobody is left to ask.
 */
export class UdpFlow {
  readonly #options: UdpFlowOptions;
  readonly #begunMs: number;
  #backend: Backend;
  #socket: Socket;
  #waiting: Buffer[] | undefined;
  #last: Buffer | undefined;
  #refused: Backend[] = [];
  #isAnswered = false;
  #isClosed = false;
  #usedMs: number;

  constructor(options: UdpFlowOptions) {
    this.#options = options;
    this.#backend = options.backend;
    this.#begunMs = this.#usedMs = options.nowMs();
    this.#socket = this.#open([]);
  }

  get backend(): Backend {
    return this.#backend;
  }

  isQuietFor(nowMs: number): boolean {
    const isStream = this.#isAnswered && this.#usedMs - this.#begunMs > streamAfterMs;
    return nowMs - this.#usedMs >= (isStream ? quietStreamMs : quietMs);
  }

  send(datagram: Buffer): void {
    this.#usedMs = this.#options.nowMs();
    this.#last = datagram.length <= maxKeptBytes ? datagram : undefined;
    if (!this.#waiting) this.#pass(datagram);
    else if (this.#waiting.length < maxWaiting) this.#waiting.push(datagram);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.close();
    this.#options.onClosed();
  }

  #open(waiting: Buffer[]): Socket {
    const { address, port } = this.#backend;
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    this.#socket = socket;
    this.#waiting = waiting;
    socket.on('message', (datagram) => this.#answered(datagram));
    socket.on('error', (error) => this.#failed(socket, error));
    socket.on('connect', () => {
      const all = this.#waiting ?? [];
      this.#waiting = undefined;
      for (const datagram of all) this.#pass(datagram);
    });
    // A socket that is connected hears only its backend, and of refusals.
    socket.connect(port, address);
    return socket;
  }

  #pass(datagram: Buffer): void {
    const socket = this.#socket;
    socket.send(datagram, (error: NodeJS.ErrnoException | null) => {
      // Anything else has cost this one datagram.
      if (error?.code === 'ECONNREFUSED') this.#failed(socket, error);
    });
  }

  #answered(datagram: Buffer): void {
    this.#usedMs = this.#options.nowMs();
    this.#isAnswered = true;
    this.#refused = [];
    this.#options.onAnswer(datagram);
  }

  #failed(socket: Socket, { code }: NodeJS.ErrnoException): void {
    if (this.#isClosed || socket !== this.#socket) return;
    this.#refused.push(this.#backend);
    const next = code === 'ECONNREFUSED' ? this.#options.next(this.#refused) : undefined;
    if (!next) {
      this.close();
      return;
    }
    socket.close();
    this.#backend = next;
    this.#open(this.#last ? [this.#last] : []);
  }
}
