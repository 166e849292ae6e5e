import type { Command } from 'commander';
import type { AccessFlags } from '../access/resolve-access.ts';
import type { CliContext } from '../cli-context.ts';
import type { OutputFormat } from '../output/format.ts';
import { platformPaths } from '../platform/platform-paths.ts';
import { openApi, withAccess, withOutput } from './access-options.ts';
import { show } from './show.ts';

interface Flags extends AccessFlags {
  readonly output: OutputFormat;
}

export function addPlans(program: Command, context: CliContext): void {
  const plans = program.command('plans').alias('plan').description('what limits tenants');
  const list = plans.command('list', { isDefault: true }).alias('ls').description('all plans');
  withOutput(withAccess(list)).action(async (flags: Flags) => {
    const api = await openApi(context, flags);
    await show(context, api, {
      path: platformPaths.plans,
      output: flags.output,
      nothing: 'There are no plans.',
    });
  });
  const get = plans.command('get').description('one plan').argument('<plan>', 'its name');
  withOutput(withAccess(get)).action(async (name: string, flags: Flags) => {
    const api = await openApi(context, flags);
    await show(context, api, { path: platformPaths.plan(name), output: flags.output });
  });
}
