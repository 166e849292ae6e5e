import { createMiddleware } from 'hono/factory';
import type { ApiEnv } from '../api-env.ts';

const acceptable = /^[\w.:-]{1,64}$/;

/** Gives each request an id, kubectl's own if it sends one, and answers with it (`Audit-ID`, as Kubernetes names it). */
export const requestId = createMiddleware<ApiEnv>(async (c, next) => {
  const sent = c.req.header('audit-id');
  const id = sent !== undefined && acceptable.test(sent) ? sent : crypto.randomUUID();
  c.set('requestId', id);
  c.set('warnings', []);
  c.header('Audit-Id', id);
  c.header('Cache-Control', 'no-cache, private');
  await next();
});
