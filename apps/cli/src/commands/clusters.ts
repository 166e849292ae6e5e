import type { Command } from 'commander';
import type { AccessFlags } from '../access/resolve-access.ts';
import type { Api } from '../api/api.ts';
import { withHint } from '../api/with-hint.ts';
import type { CliContext } from '../cli-context.ts';
import { usageError } from '../cli-error.ts';
import { defaultTenant } from '../instance/names.ts';
import type { OutputFormat } from '../output/format.ts';
import { confirm } from '../platform/confirm.ts';
import { findCluster, writtenPlace } from '../platform/find-cluster.ts';
import { type ClusterPlace, platformApiVersion, platformPaths } from '../platform/platform-paths.ts';
import { waitUntil } from '../platform/wait-until.ts';
import { durationSeconds } from '../shell/duration.ts';
import { openApi, withAccess, withOutput } from './access-options.ts';
import { examples } from './examples.ts';
import { isGone } from './is-gone.ts';
import { show, showChanged } from './show.ts';

interface Flags extends AccessFlags {
  readonly output: OutputFormat;
}

interface WaitFlags {
  readonly wait: boolean;
  readonly timeout: string;
}

interface CreateFlags extends Flags, WaitFlags {
  readonly version?: string;
  readonly nodePool?: string;
  readonly ownNodes?: true;
  readonly template?: string;
  readonly label: readonly string[];
  readonly protect?: true;
}

export function addClusters(program: Command, context: CliContext): void {
  const clusters = program
    .command('clusters')
    .alias('cluster')
    .description('clusters of tenants')
    .addHelpText(
      'after',
      examples(
        ['berth clusters create prod --tenant acme --protect', 'make one, and keep it from being deleted'],
        ['berth clusters list', ''],
        ['berth kubeconfig acme/prod', 'let kubectl use it'],
      ),
    );
  addCreate(clusters, context);
  addReads(clusters, context);
  addChanges(clusters, context);
  addDelete(clusters, context);
}

function addCreate(clusters: Command, context: CliContext): void {
  const command = clusters
    .command('create')
    .description('make a cluster; it can be used at once')
    .argument('<name>', 'a DNS label that no other cluster of the fleet has; or <tenant>/<name>');
  withOutput(withWait(withAccess(command), 'return only when it is ready'))
    .option('--version <version>', 'Kubernetes version; default: the newest')
    .option('--node-pool <pool>', 'run pods on the nodes of this pool alone')
    .option('--own-nodes', 'use none of the fleet’s nodes')
    .option('--template <template>', 'ClusterTemplate whose objects it begins with')
    .option('--label <key=value>', 'a label; may be given again', collect, [])
    .option('--protect', 'refuse to delete it until that is taken back')
    .action(async (reference: string, flags: CreateFlags) => {
      const api = await openApi(context, flags);
      const place = newPlace(api, reference);
      const call = {
        method: 'POST',
        path: platformPaths.clusters(place.tenant),
        body: clusterOf(place, flags),
      } as const;
      const object = await withHint(api.call(call), {
        code: 'NOT_FOUND',
        message: () =>
          `there is no tenant "${place.tenant}". Make it by berth tenants create ${place.tenant}.`,
      });
      if (flags.wait) await waitForPhase(context, api, { place, phases: ['Ready', 'Suspended'], ...flags });
      const sentence = `cluster "${place.name}" of tenant "${place.tenant}" created`;
      showChanged(context, { object, output: flags.output, sentence });
      if (flags.output === 'table')
        context.terminal.tell(`Let kubectl use it: berth kubeconfig ${place.name}`);
    });
}

function clusterOf({ tenant, name }: ClusterPlace, flags: CreateFlags): object {
  const labels = Object.fromEntries(
    flags.label.map((text) => {
      const [key = '', ...value] = text.split('=');
      if (key === '' || value.length === 0) throw usageError(`--label ${text}: write <key>=<value>`);
      return [key, value.join('=')];
    }),
  );
  return {
    apiVersion: platformApiVersion,
    kind: 'Cluster',
    metadata: { name, namespace: tenant, ...(flags.label.length > 0 && { labels }) },
    spec: {
      ...(flags.version !== undefined && { version: flags.version }),
      ...(flags.nodePool !== undefined && { nodePool: flags.nodePool }),
      ...(flags.ownNodes && { ownNodes: true }),
      ...(flags.template !== undefined && { template: flags.template }),
      ...(flags.protect && { deletionProtection: true }),
    },
  };
}

/** Where a new cluster goes: an instance of one's own has a tenant for it. */
function newPlace(api: Api, reference: string): ClusterPlace {
  const place = writtenPlace(api, reference);
  if (place !== undefined) return place;
  if (api.access.origin.type === 'instance') return { tenant: defaultTenant, name: reference };
  throw usageError(`whose is it to be? Give --tenant <tenant>, or write <tenant>/${reference}.`);
}

function addReads(clusters: Command, context: CliContext): void {
  withOutput(withAccess(clusters.command('list').alias('ls').description('clusters of a tenant, or of all')))
    .option('-l, --selector <labels>', 'only those with these labels')
    .action(async (flags: Flags & { readonly selector?: string }) => {
      const api = await openApi(context, flags);
      const query =
        flags.selector === undefined
          ? ''
          : `?${new URLSearchParams({ labelSelector: flags.selector }).toString()}`;
      const { tenant } = api.access;
      const shown = show(context, api, {
        path: `${platformPaths.clusters(tenant)}${query}`,
        output: flags.output,
        nothing: 'There are no clusters.',
      });
      await withHint(shown, {
        code: 'FORBIDDEN',
        message: (refusal) =>
          tenant === undefined ? `${refusal}. Say whose clusters: --tenant <tenant>` : refusal,
      });
    });
  withOutput(
    withAccess(clusters.command('get').description('one cluster').argument('<cluster>', 'its name')),
  ).action(async (reference: string, flags: Flags) => {
    const api = await openApi(context, flags);
    const place = await findCluster(api, reference);
    await show(context, api, { path: platformPaths.cluster(place), output: flags.output });
  });
}

interface Change {
  readonly name: string;
  readonly description: string;
  readonly spec: object;
  readonly done: string;
}

const changes: readonly Change[] = [
  {
    name: 'suspend',
    description: 'stop writes and pods in a cluster; it can still be read',
    spec: { suspended: true },
    done: 'suspended',
  },
  {
    name: 'resume',
    description: 'let a suspended cluster go on',
    spec: { suspended: false },
    done: 'resumed',
  },
  {
    name: 'protect',
    description: 'refuse to delete a cluster',
    spec: { deletionProtection: true },
    done: 'protected against deletion',
  },
  {
    name: 'unprotect',
    description: 'let a cluster be deleted again',
    spec: { deletionProtection: false },
    done: 'not protected against deletion any more',
  },
];

function addChanges(clusters: Command, context: CliContext): void {
  for (const { name, description, spec, done } of changes) {
    const command = clusters.command(name).description(description).argument('<cluster>', 'its name');
    withOutput(withAccess(command)).action(async (reference: string, flags: Flags) => {
      const api = await openApi(context, flags);
      const place = await findCluster(api, reference);
      const object = await api.call({
        method: 'PATCH',
        path: platformPaths.cluster(place),
        contentType: 'application/merge-patch+json',
        body: { spec },
      });
      showChanged(context, { object, output: flags.output, sentence: `cluster "${place.name}" ${done}` });
    });
  }
}

function addDelete(clusters: Command, context: CliContext): void {
  const command = clusters
    .command('delete')
    .alias('rm')
    .description('delete clusters, with everything in them')
    .argument('<cluster...>', 'their names');
  withWait(withAccess(command), 'return only when nothing is left of them')
    .option('-y, --yes', 'do not ask')
    .action(
      async (references: readonly string[], flags: AccessFlags & WaitFlags & { readonly yes?: true }) => {
        const api = await openApi(context, flags);
        const places: ClusterPlace[] = [];
        for (const reference of references) places.push(await findCluster(api, reference));
        const names = places.map(({ tenant, name }) => `${tenant}/${name}`).join(', ');
        const question = `Delete ${names} and everything in ${places.length === 1 ? 'it' : 'them'}?`;
        await confirm(context.terminal, { question, isConfirmed: flags.yes === true });
        for (const place of places) await api.call({ method: 'DELETE', path: platformPaths.cluster(place) });
        for (const place of places) {
          if (flags.wait) await waitForEnd(context, api, { place, ...flags });
          context.terminal.print(`cluster "${place.name}" ${flags.wait ? 'deleted' : 'is being deleted'}`);
        }
      },
    );
}

function withWait(command: Command, wait: string): Command {
  return command
    .optionsGroup('Options:')
    .option('--wait', wait, true)
    .option('--no-wait', 'return at once')
    .option('--timeout <time>', 'how long to wait at most', '2m');
}

async function waitForPhase(
  context: CliContext,
  api: Api,
  { place, phases, timeout }: { place: ClusterPlace; phases: readonly string[]; timeout: string },
): Promise<void> {
  const waiting = { awaited: `cluster "${place.name}" is ready`, timeoutSeconds: durationSeconds(timeout) };
  await waitUntil(context, waiting, async () => {
    const object = await api.call({ method: 'GET', path: platformPaths.cluster(place) });
    const { status }: { status?: { phase?: string } } = object as object;
    return phases.includes(status?.phase ?? '') ? object : undefined;
  });
}

async function waitForEnd(
  context: CliContext,
  api: Api,
  { place, timeout }: { place: ClusterPlace; timeout: string },
): Promise<void> {
  const waiting = { awaited: `cluster "${place.name}" is gone`, timeoutSeconds: durationSeconds(timeout) };
  await waitUntil(context, waiting, () => isGone(api, platformPaths.cluster(place)));
}

function collect(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value];
}
