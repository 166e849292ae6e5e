import type { Clock } from '@berth/runtime';
import type { Logger } from 'pino';
import { Balancer } from './balancer.ts';
import { FlowTable } from './flow-table.ts';
import type { Listener } from './listener.ts';
import type { Frontend } from './service-table.ts';
import { TcpListener } from './tcp-listener.ts';
import { UdpListener } from './udp-listener.ts';

/** A port that somebody else has is tried again so often: another agent of this machine may have served it, and ended. */
const retryMs = 5_000;

interface Offered {
  readonly balancer: Balancer;
  readonly listener: Listener;
}

export interface ServiceProxyOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Whether a pod's address is known not to be ready, whatever its endpoint still says. Default: none is. */
  readonly isUnready?: (address: string) => boolean;
  /** Default `Math.random`. */
  readonly random?: () => number;
  /** How many UDP flows there are at most. Default: that of {@link FlowTable}. */
  readonly maxFlows?: number;
}

/** Offers the Services of a machine to its processes. A frontend costs a socket that listens, and nothing while nobody comes. */
export class ServiceProxy {
  readonly #options: ServiceProxyOptions;
  readonly #flows: FlowTable;
  readonly #offered = new Map<string, Offered>();
  /** Ports that somebody else has, of which that was said. */
  readonly #refused = new Set<string>();
  #cancelRetry: (() => void) | undefined;

  constructor(options: ServiceProxyOptions) {
    this.#options = options;
    this.#flows = new FlowTable(options);
  }

  /** From now on these are offered, and no others. */
  update(table: ReadonlyMap<string, Frontend>): void {
    for (const [key, { listener }] of this.#offered) {
      if (table.has(key)) continue;
      listener.close();
      this.#offered.delete(key);
      this.#refused.delete(key);
    }
    for (const [key, frontend] of table) {
      const offered = this.#offered.get(key) ?? this.#offer(key, frontend);
      offered.balancer.update(frontend);
      offered.listener.settle();
    }
  }

  close(): void {
    this.#cancelRetry?.();
    for (const { listener } of this.#offered.values()) listener.close();
    this.#offered.clear();
  }

  #offer(key: string, frontend: Frontend): Offered {
    const { clock, random = Math.random, isUnready = () => false } = this.#options;
    const nowMs = (): number => clock.now().getTime();
    const balancer = new Balancer(frontend, { nowMs, random, isUnready });
    const options = {
      balancer,
      onListening: () => this.#refused.delete(key),
      onRefused: (error: NodeJS.ErrnoException) => this.#isRefused(key, frontend, error),
    };
    const listener =
      frontend.protocol === 'TCP'
        ? new TcpListener(options)
        : new UdpListener({ ...options, flows: this.#flows, nowMs });
    const offered = { balancer, listener };
    this.#offered.set(key, offered);
    return offered;
  }

  #isRefused(key: string, { address, port, service }: Frontend, err: NodeJS.ErrnoException): void {
    const { clock, log } = this.#options;
    if (!this.#offered.has(key)) return;
    if (!this.#refused.has(key))
      log.warn({ service, address, port, err }, 'a port of a Service cannot be offered here');
    this.#refused.add(key);
    this.#cancelRetry ??= clock.at(new Date(clock.now().getTime() + retryMs), () => this.#retry());
  }

  #retry(): void {
    this.#cancelRetry = undefined;
    for (const key of this.#refused) this.#offered.get(key)?.listener.settle();
  }
}
