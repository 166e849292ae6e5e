import type { Store } from '@berth/store';
import { createMiddleware } from 'hono/factory';
import type { Logger } from 'pino';
import type { ApiEnv } from '../api-env.ts';

const flushEveryMs = 10_000;

interface CounterDeps {
  readonly store: Pick<Store, 'metering'>;
  readonly log: Logger;
  readonly now: () => Date;
  readonly closing: AbortSignal;
}

/**
 * Counts requests by cluster and namespace, and notes them in batches, at the latest ten seconds later and when the server
 * closes. What a killed process had not noted is lost.
 */
export function countRequests({ store, log, now, closing }: CounterDeps) {
  let counts = new Map<string, { clusterId: string; namespace: string; count: number }>();
  let since = now();
  let timer: NodeJS.Timeout | undefined;

  const flush = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const noted = [...counts.values()];
    counts = new Map();
    if (noted.length === 0) return;
    try {
      await store.metering.addRequests(noted, since);
    } catch (err) {
      for (const { clusterId, namespace, count } of noted) add(clusterId, namespace, count);
      log.debug({ err }, 'requests could not be noted; later');
    }
  };
  const add = (clusterId: string, namespace: string, count: number): void => {
    const key = `${clusterId}/${namespace}`;
    const known = counts.get(key);
    if (known) known.count += count;
    else counts.set(key, { clusterId, namespace, count });
    if (timer !== undefined || closing.aborted) return;
    since = now();
    timer = setTimeout(() => void flush(), flushEveryMs).unref();
  };
  closing.addEventListener('abort', () => void flush());

  return createMiddleware<ApiEnv>(async (c, next) => {
    const clusterId = c.get('clusterId');
    const attributes = c.get('attributes');
    if (clusterId) add(clusterId, attributes?.type === 'resource' ? attributes.namespace : '', 1);
    await next();
  });
}
