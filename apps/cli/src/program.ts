import { Command } from 'commander';
import type { CliContext } from './cli-context.ts';
import { addAudit } from './commands/audit.ts';
import { addClusters } from './commands/clusters.ts';
import { addCompletion } from './commands/completion.ts';
import { addContexts } from './commands/contexts.ts';
import { addKeys } from './commands/keys.ts';
import { addKubeconfig } from './commands/kubeconfig.ts';
import { addLogin } from './commands/login.ts';
import { addPlans } from './commands/plans.ts';
import { addRollout } from './commands/rollout.ts';
import { addTenants } from './commands/tenants.ts';
import { addToken } from './commands/token.ts';
import { addUpAndServe } from './commands/up-and-serve.ts';
import { addUsage } from './commands/usage.ts';
import { addWhoami } from './commands/whoami.ts';
import { exitCodes, exitCodeTexts } from './exit-codes.ts';

/** The whole command line. It does nothing by itself: `parseAsync` runs a command, and throws what goes wrong. */
export function createProgram(context: CliContext): Command {
  const program = new Command('berth')
    .description('Serverless Kubernetes, for many tenants, on Postgres and Redis')
    .version('0.1.0', '-V, --version')
    .exitOverride()
    .enablePositionalOptions()
    .configureOutput({
      writeOut: context.terminal.print,
      writeErr: context.terminal.tell,
      outputError: (text, write) => write(text.replace(/^error: /, 'berth: ')),
    })
    .addHelpText('after', exitCodeHelp());
  program.commandsGroup('An instance of your own:');
  addUpAndServe(program, context);
  addKeys(program, context);
  program.commandsGroup('Logins:');
  addLogin(program, context);
  addContexts(program, context);
  addWhoami(program, context);
  program.commandsGroup('The fleet:');
  addTenants(program, context);
  addClusters(program, context);
  addPlans(program, context);
  addUsage(program, context);
  addAudit(program, context);
  program.commandsGroup('Using a cluster:');
  addKubeconfig(program, context);
  addToken(program, context);
  addRollout(program, context);
  program.commandsGroup('The shell:');
  addCompletion(program, context);
  return program;
}

function exitCodeHelp(): string {
  const lines = Object.entries(exitCodes).map(
    ([name, code]) => `  ${code}  ${exitCodeTexts[name as keyof typeof exitCodes]}`,
  );
  return ['', 'Exit codes:', ...lines, '', 'Each command tells more of itself: berth <command> --help'].join(
    '\n',
  );
}
