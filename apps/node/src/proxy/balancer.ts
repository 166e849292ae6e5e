import { type Backend, isSameBackend } from './backends.ts';
import type { Frontend } from './service-table.ts';

interface Stay {
  readonly backend: Backend;
  untilMs: number;
}

/** So many clients are remembered at most; the one that came first is forgotten first. */
const maxClients = 10_000;

export interface BalancerOptions {
  readonly nowMs: () => number;
  readonly random: () => number;
  /** Whether what is at a pod's address is known not to be ready, before its endpoint says so. */
  readonly isUnready: (address: string) => boolean;
}

/** Chooses a backend for each connection: in turn, or the one that the client had. */
export class Balancer {
  readonly #nowMs: () => number;
  readonly #isUnready: (address: string) => boolean;
  readonly #stays = new Map<string, Stay>();
  #frontend: Frontend;
  #next: number;

  constructor(frontend: Frontend, { nowMs, random, isUnready }: BalancerOptions) {
    this.#nowMs = nowMs;
    this.#isUnready = isUnready;
    this.#frontend = frontend;
    // So that many nodes do not all begin with the same one.
    this.#next = Math.floor(random() * Math.max(1, frontend.backends.length));
  }

  get frontend(): Frontend {
    return this.#frontend;
  }

  /** Connections that come from now on go by this. */
  update(frontend: Frontend): void {
    this.#frontend = frontend;
    if (frontend.affinityMs === undefined) this.#stays.clear();
  }

  /** Whether what a client has with this backend may go on. */
  serves(backend: Backend): boolean {
    const { backends, serving } = this.#frontend;
    return [...backends, ...serving].some((other) => isSameBackend(other, backend)) && this.#isThere(backend);
  }

  /** Every backend that is there once, in the order in which they are to be tried for this client. */
  choose(client: string): readonly Backend[] {
    const { affinityMs } = this.#frontend;
    const backends = this.#frontend.backends.filter((backend) => this.#isThere(backend));
    if (backends.length === 0) return [];
    const start = this.#next % backends.length;
    const inTurn = [...backends.slice(start), ...backends.slice(0, start)];
    const stay = affinityMs === undefined ? undefined : this.#stayOf(client);
    const kept = stay && backends.findIndex((backend) => isSameBackend(backend, stay.backend));
    if (kept !== undefined && kept >= 0) {
      return [...backends.slice(kept), ...backends.slice(0, kept)];
    }
    this.#next = (start + 1) % backends.length;
    return inTurn;
  }

  /** The client got this backend, and stays with it. */
  chosen(client: string, backend: Backend): void {
    const { affinityMs } = this.#frontend;
    if (affinityMs === undefined) return;
    this.#stays.delete(client);
    this.#stays.set(client, { backend, untilMs: this.#nowMs() + affinityMs });
    if (this.#stays.size <= maxClients) return;
    for (const [oldest] of this.#stays) {
      this.#stays.delete(oldest);
      break;
    }
  }

  #isThere({ address }: Backend): boolean {
    return this.#frontend.publishesUnready || !this.#isUnready(address);
  }

  #stayOf(client: string): Stay | undefined {
    const stay = this.#stays.get(client);
    if (!stay || stay.untilMs > this.#nowMs()) return stay;
    this.#stays.delete(client);
    return undefined;
  }
}
