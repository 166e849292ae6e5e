import type { Command } from 'commander';
import type { AccessFlags } from '../access/resolve-access.ts';
import type { Api } from '../api/api.ts';
import type { CliContext } from '../cli-context.ts';
import { CliError } from '../cli-error.ts';
import { formatTable } from '../output/format-table.ts';
import { formatAnswer, type OutputFormat } from '../output/format.ts';
import { findCluster } from '../platform/find-cluster.ts';
import { platformPaths } from '../platform/platform-paths.ts';
import { type UsageRow, usageRows } from '../platform/usage-rows.ts';
import { openApi, withAccess, withOutput } from './access-options.ts';
import { examples } from './examples.ts';

interface Flags extends AccessFlags {
  readonly output: OutputFormat;
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
      ),
    );
  withOutput(withAccess(command), ['table', 'json', 'yaml']).action(
    async (what: string | undefined, flags: Flags) => {
      const api = await openApi(context, flags);
      const rows = await rowsOf(api, what ?? api.access.tenant);
      if (flags.output !== 'table') context.terminal.print(formatAnswer(rows, flags.output));
      else if (rows.length === 0) context.terminal.tell('Nothing is used, and nothing is limited.');
      else context.terminal.print(tableOf(rows));
    },
  );
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
