import type { Command } from 'commander';
import type { Access } from '../access/access.ts';
import type { AccessFlags } from '../access/resolve-access.ts';
import type { CliContext } from '../cli-context.ts';
import { readTokenClaims } from '../login/token-claims.ts';
import { askWhoIAm } from '../login/whoami.ts';
import { formatFacts } from '../output/format-table.ts';
import { formatAnswer, type OutputFormat } from '../output/format.ts';
import { openApi, withAccess, withOutput } from './access-options.ts';

interface Flags extends AccessFlags {
  readonly output: OutputFormat;
}

export function addWhoami(program: Command, context: CliContext): void {
  const command = program.command('whoami').description('whom the server takes you for');
  withOutput(withAccess(command), ['table', 'json', 'yaml', 'name']).action(async (flags: Flags) => {
    const api = await openApi(context, flags);
    const user = await askWhoIAm(api);
    const claims = readTokenClaims(await api.access.token());
    const facts = {
      server: api.access.serverUrl,
      login: loginOf(api.access),
      user: user.username,
      groups: user.groups,
      cluster: claims?.clusterId,
      tenant: api.access.tenant,
      tokenExpires: claims?.expiresAt?.toISOString(),
    };
    if (flags.output === 'name') context.terminal.print(user.username);
    else if (flags.output !== 'table') context.terminal.print(formatAnswer(facts, flags.output));
    else {
      context.terminal.print(
        formatFacts([
          ['Server', facts.server],
          ['Login', facts.login],
          ['User', facts.user],
          ['Groups', facts.groups.join(', ') || '<none>'],
          ['Token of cluster', facts.cluster],
          ['Tenant', facts.tenant],
          ['Token expires', facts.tokenExpires],
        ]),
      );
    }
  });
}

function loginOf({ origin }: Access): string {
  if (origin.type === 'context') return origin.name;
  return origin.type === 'instance' ? `administrator of ${origin.path}` : 'BERTH_TOKEN';
}
