import type { Command } from 'commander';
import { Option } from 'commander';
import type { AccessFlags } from '../access/resolve-access.ts';
import type { Api } from '../api/api.ts';
import type { CliContext } from '../cli-context.ts';
import { usageError } from '../cli-error.ts';
import { formatTable } from '../output/format-table.ts';
import { formatAnswer, type OutputFormat } from '../output/format.ts';
import { confirm } from '../platform/confirm.ts';
import { platformApiVersion, platformPaths } from '../platform/platform-paths.ts';
import { waitUntil } from '../platform/wait-until.ts';
import { durationSeconds } from '../shell/duration.ts';
import { openApi, withAccess, withOutput } from './access-options.ts';
import { examples } from './examples.ts';
import { isGone } from './is-gone.ts';
import { show, showChanged } from './show.ts';

interface Flags extends AccessFlags {
  readonly output: OutputFormat;
}

/** A person or a group, as `Tenant.spec.owners` names them. */
interface Subject {
  readonly kind: 'User' | 'Group';
  readonly name: string;
}

/** Roles in a tenant, and the fields in which they stand. */
const roles = { owner: 'owners', member: 'members', viewer: 'viewers' } as const;
type Role = keyof typeof roles;

interface Tenant {
  readonly metadata: { readonly resourceVersion?: string };
  readonly spec?: Partial<Record<(typeof roles)[Role], readonly Subject[]>>;
}

export function addTenants(program: Command, context: CliContext): void {
  const tenants = program
    .command('tenants')
    .alias('tenant')
    .description('who owns clusters')
    .addHelpText(
      'after',
      examples(
        ['berth tenants create acme --owner alice --plan small', ''],
        ['berth tenants members add acme group:developers --role member', ''],
        ['berth tenants suspend acme', 'nothing is written or run any more in its clusters'],
      ),
    );
  addReads(tenants, context);
  addCreate(tenants, context);
  addSuspension(tenants, context);
  addDelete(tenants, context);
  addMembers(tenants, context);
}

function addReads(tenants: Command, context: CliContext): void {
  withOutput(withAccess(tenants.command('list').alias('ls').description('all tenants'))).action(
    async (flags: Flags) => {
      const api = await openApi(context, flags);
      await show(context, api, {
        path: platformPaths.tenants,
        output: flags.output,
        nothing: 'There are no tenants.',
      });
    },
  );
  const get = tenants.command('get').description('one tenant').argument('<tenant>', 'its name');
  withOutput(withAccess(get)).action(async (name: string, flags: Flags) => {
    const api = await openApi(context, flags);
    await show(context, api, { path: platformPaths.tenant(name), output: flags.output });
  });
}

interface CreateFlags extends Flags {
  readonly displayName?: string;
  readonly plan?: string;
  readonly owner: readonly Subject[];
  readonly contact: readonly string[];
}

function addCreate(tenants: Command, context: CliContext): void {
  const command = tenants
    .command('create')
    .description('make a tenant')
    .argument('<name>', 'a DNS label; it stays for ever');
  withOutput(withAccess(command))
    .option('--display-name <text>', 'the name that people see')
    .option('--plan <plan>', 'what limits it; default: nothing')
    .option('--owner <subject>', 'a user, or group:<name>; may be given again', collectSubject, [])
    .option('--contact <address>', 'a mail address; may be given again', collectText, [])
    .action(async (name: string, flags: CreateFlags) => {
      const api = await openApi(context, flags);
      const { displayName, plan, owner: owners, contact } = flags;
      const spec = {
        ...(displayName !== undefined && { displayName }),
        ...(plan !== undefined && { plan }),
        ...(owners.length > 0 && { owners }),
        ...(contact.length > 0 && { contacts: contact.map((email) => ({ email })) }),
      };
      const object = await api.call({
        method: 'POST',
        path: platformPaths.tenants,
        body: { apiVersion: platformApiVersion, kind: 'Tenant', metadata: { name }, spec },
      });
      showChanged(context, { object, output: flags.output, sentence: `tenant "${name}" created` });
    });
}

function addSuspension(tenants: Command, context: CliContext): void {
  for (const [name, suspended, description] of [
    ['suspend', true, 'stop writes and pods in all clusters of a tenant'],
    ['resume', false, 'let a suspended tenant go on'],
  ] as const) {
    const command = tenants.command(name).description(description).argument('<tenant>', 'its name');
    withOutput(withAccess(command)).action(async (tenant: string, flags: Flags) => {
      const api = await openApi(context, flags);
      const object = await patch(api, tenant, { spec: { suspended } });
      const sentence = `tenant "${tenant}" ${suspended ? 'suspended' : 'resumed'}`;
      showChanged(context, { object, output: flags.output, sentence });
    });
  }
}

interface DeleteFlags extends AccessFlags {
  readonly yes?: true;
  readonly wait: boolean;
  readonly timeout: string;
}

function addDelete(tenants: Command, context: CliContext): void {
  const command = tenants
    .command('delete')
    .alias('rm')
    .description('delete a tenant with all its clusters')
    .argument('<tenant>', 'its name');
  withAccess(command)
    .optionsGroup('Options:')
    .option('-y, --yes', 'do not ask')
    .option('--wait', 'return only when nothing is left of it', true)
    .option('--no-wait', 'return at once')
    .option('--timeout <time>', 'how long to wait at most', '5m')
    .action(async (name: string, flags: DeleteFlags) => {
      const api = await openApi(context, flags);
      const question = `Delete tenant "${name}" with all its clusters?`;
      await confirm(context.terminal, { question, isConfirmed: flags.yes === true });
      await api.call({ method: 'DELETE', path: platformPaths.tenant(name) });
      if (flags.wait) {
        const waiting = {
          awaited: `tenant "${name}" is gone`,
          timeoutSeconds: durationSeconds(flags.timeout),
        };
        await waitUntil(context, waiting, () => isGone(api, platformPaths.tenant(name)));
      }
      context.terminal.print(`tenant "${name}" ${flags.wait ? 'deleted' : 'is being deleted'}`);
    });
}

function addMembers(tenants: Command, context: CliContext): void {
  const members = tenants.command('members').description('who may do what in a tenant');
  const list = members
    .command('list', { isDefault: true })
    .alias('ls')
    .description('owners, members and viewers of a tenant')
    .argument('<tenant>', 'its name');
  withOutput(withAccess(list), ['table', 'json', 'yaml']).action(async (name: string, flags: Flags) => {
    const tenant = await read(await openApi(context, flags), name);
    const rows = membersOf(tenant);
    context.terminal.print(
      flags.output === 'table'
        ? formatTable(
            ['Role', 'Kind', 'Name'],
            rows.map(({ role, kind, name: who }) => [role, kind, who]),
          )
        : formatAnswer(rows, flags.output),
    );
  });
  addMemberChange(members, context, {
    verb: 'add',
    description: 'give somebody a role, in place of another one',
  });
  addMemberChange(members, context, { verb: 'remove', description: 'take somebody’s role' });
}

function addMemberChange(
  members: Command,
  context: CliContext,
  { verb, description }: { readonly verb: 'add' | 'remove'; readonly description: string },
): void {
  const command = members
    .command(verb)
    .description(description)
    .argument('<tenant>', 'its name')
    .argument('<subject>', 'a user, or group:<name>');
  withAccess(command).optionsGroup('Options:');
  if (verb === 'add')
    command.addOption(
      new Option('--role <role>', 'what they may do').choices(Object.keys(roles)).makeOptionMandatory(),
    );
  command.action(async (name: string, text: string, flags: AccessFlags & { readonly role?: Role }) => {
    const api = await openApi(context, flags);
    const subject = subjectOf(text);
    const tenant = await read(api, name);
    const before = membersOf(tenant).some((member) => isSame(member, subject));
    if (verb === 'remove' && !before) throw usageError(`${text} has no role in tenant "${name}"`);
    await patch(api, name, {
      metadata: { resourceVersion: tenant.metadata.resourceVersion },
      spec: specWith(tenant, subject, flags.role),
    });
    const now = flags.role === undefined ? 'has no role any more' : `is ${flags.role} now`;
    context.terminal.print(`${subject.kind.toLowerCase()} "${subject.name}" ${now} in tenant "${name}"`);
  });
}

/** The lists of a tenant with a subject in one of them at most. */
function specWith(tenant: Tenant, subject: Subject, role: Role | undefined): object {
  return Object.fromEntries(
    Object.entries(roles).map(([name, field]) => {
      const others = (tenant.spec?.[field] ?? []).filter((other) => !isSame(other, subject));
      return [field, name === role ? [...others, subject] : others];
    }),
  );
}

function membersOf(tenant: Tenant): ReadonlyArray<Subject & { readonly role: string }> {
  return Object.entries(roles).flatMap(([role, field]) =>
    (tenant.spec?.[field] ?? []).map(({ kind, name }) => ({ role, kind, name })),
  );
}

function isSame(left: Subject, right: Subject): boolean {
  return left.kind === right.kind && left.name === right.name;
}

function subjectOf(text: string): Subject {
  const [, kind, name = ''] = /^(?:(user|group):)?(.+)$/s.exec(text) ?? [];
  if (name === '') throw usageError(`"${text}" names nobody. Write a user's name, or group:<name>.`);
  return { kind: kind === 'group' ? 'Group' : 'User', name };
}

function collectSubject(text: string, earlier: readonly Subject[]): readonly Subject[] {
  return [...earlier, subjectOf(text)];
}

function collectText(text: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, text];
}

async function read(api: Api, name: string): Promise<Tenant> {
  // What the API answers to a read of a tenant is one.
  return (await api.call({ method: 'GET', path: platformPaths.tenant(name) })) as Tenant;
}

function patch(api: Api, name: string, body: object): Promise<unknown> {
  return api.call({
    method: 'PATCH',
    path: platformPaths.tenant(name),
    contentType: 'application/merge-patch+json',
    body,
  });
}
