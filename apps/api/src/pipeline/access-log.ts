import { createMiddleware } from 'hono/factory';
import type { Logger } from 'pino';
import type { ApiEnv } from '../api-env.ts';

/** One debug line per answered request, with its verb, code and duration. Streams are logged when they begin. */
export function accessLog(log: Logger) {
  return createMiddleware<ApiEnv>(async (c, next) => {
    if (!log.isLevelEnabled('debug')) return next();
    const startedAtMs = performance.now();
    await next();
    log.debug(
      {
        requestId: c.get('requestId'),
        cluster: c.get('clusterId'),
        user: c.get('identity')?.username,
        verb: c.get('attributes')?.verb,
        method: c.req.method,
        path: c.req.path,
        code: c.res.status,
        durationMs: Math.round((performance.now() - startedAtMs) * 10) / 10,
      },
      'request',
    );
  });
}
