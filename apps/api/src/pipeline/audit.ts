import { createMiddleware } from 'hono/factory';
import type { ApiEnv } from '../api-env.ts';
import type { AuditTrail } from '../audit/audit-trail.ts';
import { RequestAudit } from '../audit/request-audit.ts';
import { isOpenPath } from './open-path.ts';

/**
 * Records what was asked, by whom, and what became of it. What needs no token is nobody's, and is left out, but for a token
 * that was given in exchange for one: that one said whose it is.
 */
export function audit(trail: AuditTrail) {
  return createMiddleware<ApiEnv>(async (c, next) => {
    const request = new RequestAudit(c, trail);
    c.set('audit', request);
    await next();
    const isSomebodys = c.get('identity') !== undefined || !isOpenPath(c.req.method, c.req.path);
    if (isSomebodys) await request.answered();
  });
}
