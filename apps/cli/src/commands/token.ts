import { type Command, Option } from 'commander';
import type { AccessFlags } from '../access/resolve-access.ts';
import type { Api } from '../api/api.ts';
import type { CliContext } from '../cli-context.ts';
import { usageError } from '../cli-error.ts';
import { systemCluster } from '../instance/names.ts';
import { readTokenClaims } from '../login/token-claims.ts';
import { formatAnswer, type OutputFormat } from '../output/format.ts';
import { createAccessToken, tokenPaths, type TokenWish } from '../platform/access-tokens.ts';
import { readSettings } from '../settings.ts';
import { durationSeconds } from '../shell/duration.ts';
import { openApi, withAccess, withOutput } from './access-options.ts';
import { examples } from './examples.ts';
import { show } from './show.ts';

interface TokenFlags extends AccessFlags {
  readonly cluster?: string;
  readonly output: OutputFormat;
}

interface CreateFlags extends Omit<TokenFlags, 'output'> {
  readonly output: 'token' | 'json' | 'yaml' | 'name';
  readonly user?: string;
  readonly group: readonly string[];
  readonly deploy?: true;
  readonly onlyCluster: readonly string[];
  readonly onlyNamespace: readonly string[];
  readonly onlyVerb: readonly string[];
  readonly node?: string;
  readonly expires?: string;
}

export function addToken(program: Command, context: CliContext): void {
  const token = program
    .command('token')
    .alias('tokens')
    .description('tokens that were handed out')
    .addHelpText(
      'after',
      examples(
        ['berth token create --expires 8h', 'one like your own login'],
        ['berth token create ci --cluster prod --deploy --only-namespace web', 'for a pipeline'],
        ['berth token revoke ci --cluster prod', 'it ends within a second, everywhere'],
      ),
    );
  addCreate(token, context);
  const list = withCluster(token.command('list').alias('ls').description('tokens, without themselves'));
  withOutput(list).action(async (flags: TokenFlags) => {
    const api = await openApi(context, flags);
    await show(context, api, {
      cluster: await clusterOf(api, flags),
      path: tokenPaths.tokens,
      output: flags.output,
      nothing: 'There are no tokens.',
    });
  });
  addRevoke(token, context);
}

function addCreate(token: Command, context: CliContext): void {
  const command = token
    .command('create')
    .description('make a token, and print it: it is shown this once')
    .argument('[name]', 'what to call it; default: a name that is made up');
  withOutput(withCluster(command), ['token', 'json', 'yaml', 'name'])
    .option('--user <name>', 'whose requests it makes; default: your own')
    .option('--group <group>', 'a group of that user; may be given again', collect, [])
    .option('--deploy', 'for a pipeline rather than a person; needs --only-namespace or --only-cluster')
    .option('--only-namespace <namespace>', 'good in this namespace alone; may be given again', collect, [])
    .option('--only-verb <verb>', 'good for this verb alone; may be given again', collect, [])
    .option(
      '--only-cluster <cluster>',
      'of the fleet’s tokens: good for this cluster alone; may be given again',
      collect,
      [],
    )
    .option('--expires <time>', 'how long it lives, 10m to 365d; default: 30d')
    .addOption(
      new Option(
        '--node <name>',
        'a node’s token instead, with which its agent joins the fleet; needs the instance’s database and master key',
      ).conflicts(['user', 'group', 'cluster', 'deploy', 'onlyNamespace', 'onlyVerb', 'onlyCluster']),
    )
    .action(async (name: string | undefined, flags: CreateFlags) => {
      if (flags.node === undefined) await create(context, name, flags);
      else await createForNode(context, flags.node, flags);
    });
}

async function create(context: CliContext, name: string | undefined, flags: CreateFlags): Promise<void> {
  const api = await openApi(context, flags);
  const cluster = await clusterOf(api, flags);
  const made = await createAccessToken(api, { cluster, name, prefix: 'token-', spec: wishOf(flags) });
  if (flags.output !== 'token') {
    context.terminal.print(formatAnswer(made.object, flags.output));
    return;
  }
  context.terminal.print(made.token);
  const end = made.expirationTimestamp === undefined ? '' : `, good until ${made.expirationTimestamp}`;
  context.terminal.tell(`This is token "${made.name}" of cluster "${cluster}"${end}. It is not shown again.`);
}

function wishOf(flags: CreateFlags): TokenWish {
  const { onlyCluster: clusters, onlyNamespace: namespaces, onlyVerb: verbs } = flags;
  const scope = {
    ...(clusters.length > 0 && { clusters }),
    ...(namespaces.length > 0 && { namespaces }),
    ...(verbs.length > 0 && { verbs }),
  };
  return {
    type: flags.deploy ? 'Deploy' : 'User',
    ...(flags.user !== undefined && { user: flags.user }),
    ...(flags.group.length > 0 && { groups: flags.group }),
    ...(Object.keys(scope).length > 0 && { scope }),
    ...(flags.expires !== undefined && { expirationSeconds: durationSeconds(flags.expires) }),
  };
}

/** Not through the API: before its first node there is nobody whom a fleet could ask. */
async function createForNode(context: CliContext, nodeName: string, flags: CreateFlags): Promise<void> {
  if (flags.context !== undefined || flags.server !== undefined)
    throw usageError('a node’s token is made where the instance is: --node goes with --data-dir alone');
  const { createNodeToken } = await import('./node-token.ts');
  const settings = readSettings(
    flags.dataDir === undefined ? {} : { dataDir: flags.dataDir },
    context.environment,
  );
  const expiresInSeconds = durationSeconds(flags.expires ?? '30d');
  context.terminal.print(await createNodeToken(settings, { nodeName, expiresInSeconds }));
}

function addRevoke(token: Command, context: CliContext): void {
  const command = token
    .command('revoke')
    .alias('delete')
    .description('end tokens; takes effect within a second, everywhere')
    .argument('<token...>', 'their names');
  withCluster(command).action(async (names: readonly string[], flags: TokenFlags) => {
    const api = await openApi(context, flags);
    const cluster = await clusterOf(api, flags);
    for (const name of names) {
      await api.call({ method: 'DELETE', cluster, path: tokenPaths.token(name) });
      context.terminal.print(`token "${name}" of cluster "${cluster}" revoked`);
    }
  });
}

function withCluster(command: Command): Command {
  return withAccess(command)
    .optionsGroup('Options:')
    .option('--cluster <cluster>', 'the cluster whose token it is; default: that of your own login');
}

async function clusterOf({ access }: Api, { cluster }: Pick<TokenFlags, 'cluster'>): Promise<string> {
  return cluster ?? readTokenClaims(await access.token())?.clusterId ?? systemCluster;
}

function collect(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value];
}
