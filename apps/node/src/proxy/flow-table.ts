import type { Clock } from '@berth/runtime';
import type { UdpFlow } from './udp-flow.ts';

const sweepMs = 5_000;
/** Each flow is a socket. */
const defaultMaxFlows = 4096;

export interface FlowTableOptions {
  readonly clock: Clock;
  /** Default: 4096. */
  readonly maxFlows?: number;
}

/**
 * The flows of all UDP ports that an agent offers, by the port and the client. There are so many at most: for one more, the
 * port that has most gives up the one that has been quiet for the longest, so that nobody takes the flows of others.
 */
export class FlowTable {
  readonly #clock: Clock;
  readonly #maxFlows: number;
  /** The clients of a port in the order in which they were last heard. */
  readonly #ports = new Map<object, Map<string, UdpFlow>>();
  #count = 0;
  #cancelSweep: (() => void) | undefined;

  constructor({ clock, maxFlows = defaultMaxFlows }: FlowTableOptions) {
    this.#clock = clock;
    this.#maxFlows = maxFlows;
  }

  /** The client's flow, which was used just now. */
  use(port: object, client: string): UdpFlow | undefined {
    const flows = this.#ports.get(port);
    const flow = flows?.get(client);
    if (!flows || !flow) return undefined;
    flows.delete(client);
    flows.set(client, flow);
    return flow;
  }

  /** Of a client that has none. */
  add(port: object, client: string, flow: UdpFlow): void {
    if (this.#count >= this.#maxFlows) this.#makeRoom();
    const flows = this.#ports.get(port) ?? new Map<string, UdpFlow>();
    this.#ports.set(port, flows.set(client, flow));
    this.#count += 1;
    this.#cancelSweep ??= this.#planSweep();
  }

  /** The flow was closed. */
  remove(port: object, client: string, flow: UdpFlow): void {
    const flows = this.#ports.get(port);
    if (flows?.get(client) !== flow) return;
    flows.delete(client);
    this.#count -= 1;
    if (flows.size === 0) this.#ports.delete(port);
    if (this.#count > 0) return;
    this.#cancelSweep?.();
    this.#cancelSweep = undefined;
  }

  closeAll(port: object): void {
    for (const flow of this.#ports.get(port)?.values() ?? []) flow.close();
  }

  #makeRoom(): void {
    let most: Map<string, UdpFlow> | undefined;
    for (const flows of this.#ports.values()) if (flows.size > (most?.size ?? 0)) most = flows;
    const [oldest] = most?.values() ?? [];
    oldest?.close();
  }

  #planSweep(): () => void {
    return this.#clock.at(new Date(this.#clock.now().getTime() + sweepMs), () => {
      this.#cancelSweep = undefined;
      const nowMs = this.#clock.now().getTime();
      for (const flows of this.#ports.values()) {
        for (const flow of flows.values()) if (flow.isQuietFor(nowMs)) flow.close();
      }
      if (this.#count > 0) this.#cancelSweep ??= this.#planSweep();
    });
  }
}
