import type { Command } from 'commander';
import type { AccessFlags } from '../access/resolve-access.ts';
import type { Api } from '../api/api.ts';
import type { CliContext } from '../cli-context.ts';
import { usageError } from '../cli-error.ts';
import { openApi, withAccess } from './access-options.ts';
import { examples } from './examples.ts';

interface Flags extends AccessFlags {
  readonly since?: string;
  readonly until?: string;
  readonly user?: string;
  readonly verb?: string;
  readonly resource?: string;
  readonly code?: string;
}

/** The events of a page, as audit.berth.dev/v1 lists them. */
interface Page {
  readonly metadata: { readonly continue?: string };
  readonly items: ReadonlyArray<Readonly<Record<string, unknown>>>;
}

const eventsPerPage = 500;

export function addAudit(program: Command, context: CliContext): void {
  const command = program
    .command('audit')
    .description("a cluster's audit log, as JSON lines of audit.k8s.io/v1 Events")
    .argument('[cluster]', 'a cluster; default: the fleet, with the records of clusters that are gone')
    .option('--since <time>', 'from then on: a time, or how long ago (90m, 12h, 7d)')
    .option('--until <time>', 'before then')
    .option('--user <name>', 'what this user asked')
    .option('--verb <verb>', 'create, update, patch, delete, get, …')
    .option('--resource <plural>', 'of these: pods, secrets, …')
    .option('--code <code>', 'that were answered with it: 201, 403, …')
    .addHelpText(
      'after',
      examples(
        ['berth audit prod --since 24h', 'what happened in a day'],
        ['berth audit prod --code 403', 'who was refused'],
        ['berth audit prod --verb delete --resource secrets', ''],
      ),
    );
  withAccess(command).action(async (cluster: string | undefined, flags: Flags) => {
    const query = queryOf(flags, new Date());
    const api = await openApi(context, flags);
    await printEvents(api, { cluster: cluster ?? 'system', query }, context.terminal.print);
  });
}

async function printEvents(
  api: Api,
  { cluster, query }: { readonly cluster: string; readonly query: URLSearchParams },
  print: (line: string) => void,
): Promise<void> {
  let next: string | undefined;
  do {
    if (next !== undefined) query.set('continue', next);
    const path = `/apis/audit.berth.dev/v1/events?${query.toString()}`;
    // A list of events.
    const page = (await api.call({
      method: 'GET',
      cluster: cluster.split('/').at(-1) ?? cluster,
      path,
    })) as Page;
    for (const { metadata: _place, ...event } of page.items) {
      print(`${JSON.stringify({ ...event, apiVersion: 'audit.k8s.io/v1' })}\n`);
    }
    next = page.metadata.continue;
  } while (next !== undefined);
}

/** @throws CliError USAGE for a time that is none */
function queryOf(flags: Flags, now: Date): URLSearchParams {
  const { since, until } = flags;
  const fields = Object.entries({
    'user.username': flags.user,
    verb: flags.verb,
    'objectRef.resource': flags.resource,
    'responseStatus.code': flags.code,
  }).flatMap(([field, value]) => (value === undefined ? [] : [`${field}=${value}`]));
  return new URLSearchParams({
    limit: String(eventsPerPage),
    ...(fields.length > 0 && { fieldSelector: fields.join(',') }),
    ...(since !== undefined && { since: timeOf('--since', since, now) }),
    ...(until !== undefined && { until: timeOf('--until', until, now) }),
  });
}

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function timeOf(flag: string, text: string, now: Date): string {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  const agoMs = Number(count ?? 0) * (unitMs[unit ?? ''] ?? 0);
  const time = unit === undefined ? new Date(text) : new Date(now.getTime() - agoMs);
  if (!Number.isNaN(time.getTime())) return time.toISOString();
  throw usageError(
    `${flag} must be a time such as 2026-01-31T12:00:00Z, or how long ago (90m, 12h, 7d); got "${text}"`,
  );
}
