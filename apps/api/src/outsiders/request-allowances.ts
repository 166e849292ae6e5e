import type { ApiContext } from '../api-env.ts';
import { Allowances } from './allowance.ts';

/**
 * Requests that need no token are limited here: by address, which many share behind a proxy, by address and cluster, and
 * by cluster. Whoever asks for many clusters is held back like whoever asks often for one.
 */
const perAddress = { burst: 200, perSecond: 50, maxKeys: 20_000 };
const perAddressAndCluster = { burst: 30, perSecond: 5, maxKeys: 20_000 };
const perCluster = { burst: 100, perSecond: 50, maxKeys: 5_000 };

/** @returns a function that takes one request: after how many seconds it may be tried again, 0 if it may be answered */
export function requestAllowances(elapsedMs: () => number): (c: ApiContext) => number {
  const addresses = new Allowances(perAddress);
  const places = new Allowances(perAddressAndCluster);
  const clusters = new Allowances(perCluster);
  return (c) => {
    const nowMs = elapsedMs();
    const clusterId = c.get('clusterId');
    const address = c.env.incoming.socket.remoteAddress ?? '';
    return (
      addresses.take(address, 1, nowMs) ||
      places.take(`${clusterId} ${address}`, 1, nowMs) ||
      clusters.take(clusterId, 1, nowMs)
    );
  };
}
