import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Access } from '../access/access.ts';
import type { AccessFlags } from '../access/resolve-access.ts';
import type { Api } from '../api/api.ts';
import type { CliContext } from '../cli-context.ts';
import { CliError } from '../cli-error.ts';
import { defaultCluster, systemCluster } from '../instance/names.ts';
import { contextNameOf, type KubeconfigEntry, type KubeconfigUser } from '../kube/berth-kubeconfig.ts';
import { execCredential } from '../kube/exec-credential.ts';
import { kubeconfigPaths, mergeIntoFiles } from '../kube/kubeconfig-files.ts';
import { mergeKubeconfig } from '../kube/merge-kubeconfig.ts';
import { ownCommand } from '../kube/own-command.ts';
import { createAccessToken } from '../platform/access-tokens.ts';
import { durationSeconds } from '../shell/duration.ts';
import { findCluster } from '../platform/find-cluster.ts';
import { type ClusterPlace, platformPaths } from '../platform/platform-paths.ts';
import { openApi, withAccess } from './access-options.ts';
import { examples } from './examples.ts';

interface KubeconfigFlags extends AccessFlags {
  readonly print?: true;
  readonly file?: string;
  readonly staticToken?: true;
  readonly expires?: string;
  readonly namespace: string;
  readonly name?: string;
  readonly current: boolean;
}

export function addKubeconfig(program: Command, context: CliContext): void {
  const command = program
    .command('kubeconfig')
    .description('let kubectl use a cluster: merge it into the kubeconfig, and make it the current one')
    .argument('[cluster]', 'its name, or <tenant>/<cluster>', defaultCluster);
  withAccess(command)
    .optionsGroup('Options:')
    .option('--print', 'print a kubeconfig of its own instead of merging it')
    .option('--file <file>', 'merge into this file; default: those of KUBECONFIG, or ~/.kube/config')
    .option('--namespace <namespace>', 'the namespace that kubectl begins in', 'default')
    .option('--name <name>', 'what to call it; default: berth_<tenant>_<cluster>')
    .option('--no-current', 'leave the current context as it is')
    .option('--static-token', 'put a token of its own into the file, for where berth is not')
    .option('--expires <time>', 'how long that token lives; default: 30d')
    .addHelpText(
      'after',
      examples(
        ['berth kubeconfig acme/prod && kubectl get pods', ''],
        ['berth kubeconfig acme/prod --print > prod.kubeconfig', ''],
      ),
    )
    .action(async (reference: string, flags: KubeconfigFlags) => kubeconfig(context, reference, flags));

  withAccess(
    program
      .command('exec-credential')
      .description('print a token for kubectl, which runs this; renews the login if it must'),
  ).action(async (flags: AccessFlags) => {
    const { access } = await openApi(context, flags);
    context.terminal.print(execCredential(await access.token()));
  });
}

async function kubeconfig(context: CliContext, reference: string, flags: KubeconfigFlags): Promise<void> {
  const api = await openApi(context, flags);
  const place = reference === systemCluster ? undefined : await existingCluster(api, reference);
  const { access } = api;
  const cluster = place?.name ?? systemCluster;
  const entry: KubeconfigEntry = {
    name: flags.name ?? contextNameOf(place?.tenant, cluster),
    server: `${access.serverUrl}/clusters/${cluster}`,
    caPem: access.caPem,
    namespace: flags.namespace,
    user: flags.staticToken ? await tokenUser(api, cluster, flags) : pluginUser(context, access, flags),
  };
  if (flags.print) {
    context.terminal.print(mergeKubeconfig('', entry, { setCurrent: true }));
    return;
  }
  const paths =
    flags.file === undefined ? kubeconfigPaths(context) : [resolve(context.directory, flags.file)];
  const file = await mergeIntoFiles(paths, entry, { setCurrent: flags.current });
  const currently = flags.current ? '; it is the current context' : '';
  // Somebody may redirect the output, and expect a kubeconfig in it.
  context.terminal.tell(`Context "${entry.name}" is in ${file} now${currently}.`);
}

/** @throws CliError NOT_FOUND, rather than to write down what kubectl will not find */
async function existingCluster(api: Api, reference: string): Promise<ClusterPlace> {
  const place = await findCluster(api, reference);
  await api.call({ method: 'GET', path: platformPaths.cluster(place) }).catch((error: unknown) => {
    // Who may use a cluster need not be let look at its object.
    if (!(error instanceof CliError && error.code === 'FORBIDDEN')) throw error;
  });
  return place;
}

/** A token that can be listed and revoked, and is good for this cluster alone. */
async function tokenUser(
  api: Api,
  cluster: string,
  { expires }: Pick<KubeconfigFlags, 'expires'>,
): Promise<KubeconfigUser> {
  const spec = expires === undefined ? {} : { expirationSeconds: durationSeconds(expires) };
  const { token } = await createAccessToken(api, { cluster, prefix: 'kubeconfig-', spec });
  return { token };
}

function pluginUser(context: CliContext, access: Access, flags: AccessFlags): KubeconfigUser {
  const own = ownCommand(context.environment['PATH'] ?? '');
  return {
    exec: {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: own.command,
      args: [
        ...own.args,
        'exec-credential',
        ...originFlags(access, { ...flags, directory: context.directory }),
      ],
      env: null,
      interactiveMode: 'Never',
      provideClusterInfo: false,
      installHint: 'The command line of Berth is needed: see its README.',
    },
  };
}

/** Flags that lead to the same login, whatever the current one is by then. */
function originFlags(
  { origin, serverUrl }: Access,
  { certificateAuthority, directory }: AccessFlags & { readonly directory: string },
): readonly string[] {
  if (origin.type === 'context') return ['--context', origin.name];
  if (origin.type === 'instance') return ['--data-dir', origin.path];
  // BERTH_TOKEN is read again each time.
  return [
    '--server',
    serverUrl,
    ...(certificateAuthority === undefined
      ? []
      : ['--certificate-authority', resolve(directory, certificateAuthority)]),
  ];
}
