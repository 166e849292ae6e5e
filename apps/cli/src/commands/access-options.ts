import { type Command, Option } from 'commander';
import { type AccessFlags, resolveAccess } from '../access/resolve-access.ts';
import { type Api, apiOf } from '../api/api.ts';
import type { CliContext } from '../cli-context.ts';
import { outputFormats } from '../output/format.ts';

/** Flags that say where a command goes. The names of their values tell completion what to offer. */
export function withAccess(command: Command): Command {
  return command
    .optionsGroup('Where to go:')
    .option('--context <context>', 'a login other than the current one; see berth contexts (BERTH_CONTEXT)')
    .option('--server <url>', 'a server, with BERTH_TOKEN or a login of it (BERTH_SERVER)')
    .option(
      '--certificate-authority <file>',
      'PEM that the server is trusted by (BERTH_CERTIFICATE_AUTHORITY)',
    )
    .option('--data-dir <path>', 'an instance of this machine, as its administrator (BERTH_DATA_DIR)')
    .option('--tenant <tenant>', 'whose things are meant (BERTH_TENANT)');
}

export function withOutput(command: Command, formats: readonly string[] = outputFormats): Command {
  return command
    .optionsGroup('Options:')
    .addOption(
      new Option('-o, --output <format>', 'how to print it').choices([...formats]).default(formats[0]),
    );
}

/** The API as these flags and the environment choose it. */
export async function openApi(context: CliContext, flags: AccessFlags): Promise<Api> {
  return apiOf(await resolveAccess(context, flags));
}
