import type { Clock } from '@berth/runtime';
import type { Logger } from 'pino';
import { Balancer } from './balancer.ts';
import { PortListener } from './port-listener.ts';
import type { Frontend } from './service-table.ts';

/** A port that somebody else has is tried again so often: another agent of this machine may have served it, and ended. */
const retryMs = 5_000;

interface Offered {
  readonly balancer: Balancer;
  readonly listener: PortListener;
}

export interface ServiceProxyOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Default `Math.random`. */
  readonly random?: () => number;
}

/** Offers the Services of a machine to its processes. A frontend costs a socket that listens, and nothing while nobody comes. */
export class ServiceProxy {
  readonly #options: ServiceProxyOptions;
  readonly #offered = new Map<string, Offered>();
  /** Ports that somebody else has, of which that was said. */
  readonly #refused = new Set<string>();
  #cancelRetry: (() => void) | undefined;

  constructor(options: ServiceProxyOptions) {
    this.#options = options;
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
      if (!this.#refused.has(key)) offered.listener.settle();
    }
  }

  close(): void {
    this.#cancelRetry?.();
    for (const { listener } of this.#offered.values()) listener.close();
    this.#offered.clear();
  }

  #offer(key: string, frontend: Frontend): Offered {
    const { clock, random = Math.random } = this.#options;
    const balancer = new Balancer(frontend, { nowMs: () => clock.now().getTime(), random });
    const listener = new PortListener({
      balancer,
      onRefused: (error) => this.#isRefused(key, frontend, error),
    });
    const offered = { balancer, listener };
    this.#offered.set(key, offered);
    return offered;
  }

  #isRefused(key: string, { address, port, service }: Frontend, err: NodeJS.ErrnoException): void {
    const { clock, log } = this.#options;
    if (!this.#refused.has(key))
      log.warn({ service, address, port, err }, 'a port of a Service cannot be offered here');
    this.#refused.add(key);
    this.#cancelRetry ??= clock.at(new Date(clock.now().getTime() + retryMs), () => this.#retry());
  }

  #retry(): void {
    this.#cancelRetry = undefined;
    for (const key of this.#refused) {
      const offered = this.#offered.get(key);
      if (!offered) this.#refused.delete(key);
      else offered.listener.settle();
    }
  }
}
