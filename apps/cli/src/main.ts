#!/usr/bin/env node
import { BerthError } from '@berth/machinery';
import { Command, CommanderError } from 'commander';
import { CliError } from './cli-error.ts';
import { adminUser, defaultCluster } from './instance/names.ts';
import { readSettings, type Settings, settingSources } from './settings.ts';

// Each command loads what it needs when it runs: a wrong flag is told at once.
const load = {
  up: () => import('./commands/up.ts'),
  serve: () => import('./commands/serve.ts'),
  tokens: () => import('./commands/tokens.ts'),
  keysRotate: () => import('./commands/keys-rotate.ts'),
  clusters: () => import('./commands/cluster-create.ts'),
};

const print = (line: string): void => {
  process.stdout.write(line.endsWith('\n') ? line : `${line}\n`);
};

/** A command with every setting as a flag. */
function withSettings(command: Command): Command {
  for (const source of Object.values(settingSources)) {
    const fallback = source.fallback === undefined ? '' : `, default ${source.fallback}`;
    command.option(source.flag, `${source.help} (${source.variable}${fallback})`);
  }
  return command;
}

function settingsOf(flags: Record<string, string>): Settings {
  return readSettings(flags, process.env);
}

const program = new Command('berth')
  .description('Serverless Kubernetes, for many tenants, on Postgres and Redis')
  .exitOverride();

withSettings(program.command('up').description('start everything on this machine')).action(async (flags) => {
  const settings = settingsOf(flags);
  const { up } = await load.up();
  await up(settings, print);
});

program
  .command('serve')
  .description('run one part in this process; its settings come from the environment')
  .requiredOption('--role <role>', 'api, worker or node')
  .action(async ({ role }: { role: string }) => (await load.serve()).serve(role));

withSettings(program.command('kubeconfig').description('print a kubeconfig of a cluster'))
  .argument('[cluster]', 'its name', defaultCluster)
  .option('--user <name>', 'the user it names', adminUser)
  .option('--expires <time>', 'how long its token lives', '30d')
  .action(async (clusterId: string, flags) => {
    const { createKubeconfig } = await load.tokens();
    print(
      await createKubeconfig(settingsOf(flags), { clusterId, username: flags.user, expires: flags.expires }),
    );
  });

withSettings(program.command('token').description('tokens of a cluster').command('create'))
  .description('print a new token')
  .option('--cluster <name>', 'the cluster it is for', defaultCluster)
  .option('--user <name>', 'the user it names', adminUser)
  .option('--node <name>', 'a node of the fleet instead of a user: the token its agent joins with')
  .option('--expires <time>', 'how long it lives', '24h')
  .action(async (flags) => {
    const { createNodeToken, createToken } = await load.tokens();
    const settings = settingsOf(flags);
    const { cluster: clusterId, user: username, node: nodeName, expires } = flags;
    print(
      nodeName === undefined
        ? await createToken(settings, { clusterId, username, expires })
        : await createNodeToken(settings, { nodeName, expires }),
    );
  });

withSettings(program.command('cluster').description('clusters of the fleet').command('create'))
  .description('create a cluster')
  .argument('<name>', 'a DNS label')
  .option('--tenant <name>', 'whose it is; made if absent (default: main)')
  .action(async (name: string, flags) => {
    const { createCluster } = await load.clusters();
    print(
      await createCluster(settingsOf(flags), { name, ...(flags.tenant ? { tenant: flags.tenant } : {}) }),
    );
  });

withSettings(program.command('keys').description('keys that seal what rests').command('rotate'))
  .description('make a new master key and seal all keys under it; the instance may run meanwhile')
  .option('--data', 'also make new data keys and seal every Secret with them')
  .action(async (flags) => {
    const { rotateKeys } = await load.keysRotate();
    await rotateKeys(settingsOf(flags), { data: flags.data === true, print });
  });

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** One line for what a person can mend; the whole error for what nobody foresaw. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode;
  if (error instanceof BerthError) {
    process.stderr.write(`berth: ${error.message}\n`);
    return error instanceof CliError ? error.exitCode : 1;
  }
  process.stderr.write(
    `berth: unexpected error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return 1;
}
