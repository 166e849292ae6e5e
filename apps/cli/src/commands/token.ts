import type { Command } from 'commander';
import type { CliContext } from '../cli-context.ts';
import { adminUser, defaultCluster } from '../instance/names.ts';
import { readSettings } from '../settings.ts';
import { withSettings } from './up-and-serve.ts';

export function addToken(program: Command, context: CliContext): void {
  const token = program.command('token').alias('tokens').description('tokens of a cluster');
  withSettings(token.command('create'))
    .description('print a new token')
    .option('--cluster <cluster>', 'the cluster it is for', defaultCluster)
    .option('--user <name>', 'the user it names', adminUser)
    .option('--node <name>', 'a node of the fleet instead of a user: the token its agent joins with')
    .option('--expires <time>', 'how long it lives', '24h')
    .action(async (flags) => {
      const { createNodeToken, createToken } = await import('./tokens.ts');
      const settings = readSettings(flags, context.environment);
      const { cluster: clusterId, user: username, node: nodeName, expires } = flags;
      context.terminal.print(
        nodeName === undefined
          ? await createToken(settings, { clusterId, username, expires })
          : await createNodeToken(settings, { nodeName, expires }),
      );
    });
}
