import type { ApiDeps } from '../api-deps.ts';
import type { ApiContext } from '../api-env.ts';
import type { ApiApp } from '../app.ts';
import { sharedProbe } from './shared-probe.ts';
import { type CheckResult, probe } from './turn-probe.ts';

type Checks = Readonly<Record<string, CheckResult>>;

const ok: CheckResult = { ok: true };

/**
 * `/livez`: this process answers. `/readyz`: a write, a read and a turn work. `/healthz`: as `/livez`, for old clients.
 * Each takes `?verbose` and `?exclude=<check>`, and each check has a path of its own.
 * https://kubernetes.io/docs/reference/using-api/health-checks/
 */
export function addHealth(app: ApiApp, { store, kinds, now, closing }: ApiDeps): void {
  const probed = sharedProbe(() => probe({ store, kinds, now }));
  const live = async (): Promise<Checks> => ({ ping: ok });
  const ready = async (): Promise<Checks> => {
    if (closing.aborted) return { ping: ok, shutdown: { ok: false, reason: 'the server is closing' } };
    return { ping: ok, shutdown: ok, ...(await probed()) };
  };
  for (const [name, checks] of Object.entries({ livez: live, readyz: ready, healthz: live })) {
    app.get(`/${name}`, async (c) => answerChecks(c, name, await checks()));
    app.get(`/${name}/:check`, async (c) => answerOne(c, (await checks())[c.req.param('check')]));
  }
}

function answerChecks(c: ApiContext, name: string, checks: Checks): Response {
  const excluded = new Set(c.req.queries('exclude'));
  const results = Object.entries(checks).filter(([check]) => !excluded.has(check));
  const isOk = results.every(([, result]) => result.ok);
  if (isOk && c.req.query('verbose') === undefined) return plain(c, 'ok', 200);
  const lines = results.map(([check, result]) =>
    result.ok ? `[+]${check} ok` : `[-]${check} failed: ${result.reason}`,
  );
  return plain(c, `${lines.join('\n')}\n${name} check ${isOk ? 'passed' : 'failed'}\n`, isOk ? 200 : 500);
}

function answerOne(c: ApiContext, result: CheckResult | undefined): Response {
  if (result === undefined) return plain(c, '404 page not found\n', 404);
  return result.ok ? plain(c, 'ok', 200) : plain(c, `${result.reason}\n`, 500);
}

function plain(c: ApiContext, text: string, status: 200 | 404 | 500): Response {
  return c.text(text, status, { 'X-Content-Type-Options': 'nosniff' });
}
