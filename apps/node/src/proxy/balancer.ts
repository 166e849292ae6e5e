import { type Backend, isSameBackend } from './backends.ts';
import type { Frontend } from './service-table.ts';

interface Stay {
  readonly backend: Backend;
  untilMs: number;
}

/** So many clients are remembered at most; the one that came first is forgotten first. */
const maxClients = 10_000;

/** Chooses a backend for each connection: in turn, or the one that the client had. */
export class Balancer {
  readonly #nowMs: () => number;
  readonly #stays = new Map<string, Stay>();
  #frontend: Frontend;
  #next: number;

  constructor(
    frontend: Frontend,
    { nowMs, random }: { readonly nowMs: () => number; readonly random: () => number },
  ) {
    this.#nowMs = nowMs;
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

  /** Every backend once, in the order in which they are to be tried for this client. */
  choose(client: string): readonly Backend[] {
    const { backends, affinityMs } = this.#frontend;
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

  #stayOf(client: string): Stay | undefined {
    const stay = this.#stays.get(client);
    if (!stay || stay.untilMs > this.#nowMs()) return stay;
    this.#stays.delete(client);
    return undefined;
  }
}
