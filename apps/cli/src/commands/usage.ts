import type { Command } from 'commander';
import type { AccessFlags } from '../access/resolve-access.ts';
import type { Api } from '../api/api.ts';
import type { CliContext } from '../cli-context.ts';
import { CliError, usageError } from '../cli-error.ts';
import { formatTable } from '../output/format-table.ts';
import { formatAnswer, type OutputFormat } from '../output/format.ts';
import { findCluster } from '../platform/find-cluster.ts';
import { platformPaths } from '../platform/platform-paths.ts';
import { type UsageRow, usageRows } from '../platform/usage-rows.ts';
import { amountsOfCluster, amountsTable, monthOf, reportPaths } from '../platform/usage-reports.ts';
import { show } from './show.ts';
import { openApi, withAccess, withOutput } from './access-options.ts';
import { examples } from './examples.ts';

interface Flags extends AccessFlags {
  readonly output: OutputFormat;
  /** True for the periods that have not ended. */
  readonly over?: string | true;
}

export function addUsage(program: Command, context: CliContext): void {
  const command = program
    .command('usage')
    .description('what tenants and clusters use, and of how much')
    .argument('[tenant]', 'a tenant with its clusters, or <tenant>/<cluster>; default: all tenants')
    .addHelpText(
      'after',
      examples(
        ['berth usage', 'all tenants against their plans'],
        ['berth usage acme', 'one of them, and each of its clusters'],
        ['berth usage acme/prod -o json', ''],
        ['berth usage acme --over 2026-11', 'what was used in that month, and what it costs'],
      ),
    );
  withOutput(withAccess(command), ['table', 'json', 'yaml'])
    .option(
      '--over [period]',
      'instead of now, over a time in UTC: 2026-11, 2026-11-25 or 2026-11-25t13; without one, over those that have not ended',
    )
    .action(async (what: string | undefined, flags: Flags) => {
      const api = await openApi(context, flags);
      if (flags.over !== undefined) {
        await showReport(context, api, { what: what ?? api.access.tenant, ...flags, over: flags.over });
        return;
      }
      const rows = await rowsOf(api, what ?? api.access.tenant);
      if (flags.output !== 'table') context.terminal.print(formatAnswer(rows, flags.output));
      else if (rows.length === 0) context.terminal.tell('Nothing is used, and nothing is limited.');
      else context.terminal.print(tableOf(rows));
    });
}

/** What was used over a time: of a cluster by namespaces, of a tenant or everyone as the server sums it up. */
async function showReport(
  context: CliContext,
  api: Api,
  asked: {
    readonly what: string | undefined;
    readonly over: string | true;
    readonly output: OutputFormat;
  },
): Promise<void> {
  const { what, over, output } = asked;
  if (what?.includes('/')) {
    const { tenant, name } = await findCluster(api, what);
    const path = reportPaths.of(tenant, over === true ? monthOf(context.now()) : over);
    const amounts = amountsOfCluster(await api.call({ method: 'GET', path }), name);
    if (output !== 'table') context.terminal.print(formatAnswer(amounts, output));
    else if (amounts.length === 0) context.terminal.tell('Nothing was used.');
    else context.terminal.print(amountsTable(amounts));
    return;
  }
  if (over === true) {
    await show(context, api, { path: reportPaths.current(what), output, nothing: 'Nothing was used.' });
    return;
  }
  if (what === undefined) throw usageError('whose use over that time? Name a tenant, or <tenant>/<cluster>.');
  await show(context, api, { path: reportPaths.of(what, over), output });
}

async function rowsOf(api: Api, what: string | undefined): Promise<readonly UsageRow[]> {
  if (what === undefined) return listed(api, platformPaths.tenants, 'Tenant');
  if (!what.includes('/')) return rowsOfTenant(api, what);
  const place = await findCluster(api, what);
  return usageRows(await api.call({ method: 'GET', path: platformPaths.cluster(place) }), 'Cluster');
}

/** Who may not see the tenant as a whole still sees its clusters. */
async function rowsOfTenant(api: Api, tenant: string): Promise<readonly UsageRow[]> {
  const whole = await api
    .call({ method: 'GET', path: platformPaths.tenant(tenant) })
    .then((object) => usageRows(object, 'Tenant'))
    .catch((error: unknown): readonly UsageRow[] => {
      if (error instanceof CliError && error.code === 'FORBIDDEN') return [];
      throw error;
    });
  return [...whole, ...(await listed(api, platformPaths.clusters(tenant), 'Cluster'))];
}

async function listed(api: Api, path: string, kind: 'Tenant' | 'Cluster'): Promise<readonly UsageRow[]> {
  // Both are lists of objects.
  const { items } = (await api.call({ method: 'GET', path })) as { readonly items: readonly unknown[] };
  return items.flatMap((object) => usageRows(object, kind));
}

function tableOf(rows: readonly UsageRow[]): string {
  return formatTable(
    ['Tenant', 'Cluster', 'Resource', 'Used', 'Limit'],
    rows.map(({ tenant, cluster = '<all>', resource, used, limit = '' }) => [
      tenant,
      cluster,
      resource,
      used,
      limit,
    ]),
  );
}
