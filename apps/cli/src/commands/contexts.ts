import type { Command } from 'commander';
import type { CliContext } from '../cli-context.ts';
import { CliError } from '../cli-error.ts';
import { type ContextBook, withContext } from '../contexts/context.ts';
import { contextBookPath, readContextBook, updateContextBook } from '../contexts/context-book.ts';
import { exitCodes } from '../exit-codes.ts';
import { readTokenClaims } from '../login/token-claims.ts';
import { formatTable } from '../output/format-table.ts';
import { formatAnswer, type OutputFormat } from '../output/format.ts';
import { withOutput } from './access-options.ts';

export function addContexts(program: Command, context: CliContext): void {
  const contexts = program.command('contexts').alias('context').description('the logins that there are');
  withOutput(
    contexts
      .command('list', { isDefault: true })
      .alias('ls')
      .description('all logins, the current one marked'),
    ['table', 'json', 'yaml', 'name'],
  ).action(async ({ output }: { readonly output: OutputFormat }) => {
    const book = await readContextBook(contextBookPath(context.environment));
    const rows = rowsOf(book);
    if (output === 'name') context.terminal.print(rows.map(({ name }) => `${name}\n`).join(''));
    else if (output !== 'table') context.terminal.print(formatAnswer(rows, output));
    else if (rows.length === 0)
      context.terminal.tell('There are no logins. Make one by berth login <server>.');
    else context.terminal.print(tableOf(rows));
  });
  contexts
    .command('use')
    .description('make another login the current one')
    .argument('<context>', 'its name')
    .action(async (name: string) => {
      await change(context, (book) => ({ ...requireNamed(book, name), current: name }));
      context.terminal.print(`The current login is "${name}" now.`);
    });
  contexts
    .command('set-tenant')
    .description('choose the tenant that is meant where a command names none')
    .argument('<tenant>', 'its name; "" for none')
    .option('--context <context>', 'of another login than the current one')
    .action(async (tenant: string, flags: { readonly context?: string }) => {
      await change(context, (book) => {
        const name = flags.context ?? book.current ?? '';
        const { tenant: _former, ...rest } = requireNamed(book, name).contexts[name] ?? { server: '' };
        return withContext(book, name, tenant === '' ? rest : { ...rest, tenant });
      });
      context.terminal.print(
        tenant === '' ? 'No tenant is meant any more.' : `Tenant "${tenant}" is meant now.`,
      );
    });
}

interface Row {
  readonly name: string;
  readonly server: string;
  readonly current: boolean;
  readonly tenant: string | undefined;
  readonly login: string;
  readonly tokenExpires: string | undefined;
}

/** Without a single secret. */
function rowsOf({ contexts, current }: ContextBook): readonly Row[] {
  return Object.entries(contexts).map(([name, { server, tenant, credential }]) => ({
    name,
    server,
    current: name === current,
    tenant,
    login: credential === undefined ? 'none' : credential.type === 'oidc' ? credential.issuer : 'token',
    tokenExpires: credential && readTokenClaims(credential.token)?.expiresAt?.toISOString(),
  }));
}

function tableOf(rows: readonly Row[]): string {
  return formatTable(
    ['Current', 'Name', 'Server', 'Tenant', 'Login', 'Token expires'],
    rows.map(({ current, name, server, tenant = '', login, tokenExpires = '' }) => [
      current ? '*' : ' ',
      name,
      server,
      tenant,
      login,
      tokenExpires,
    ]),
  );
}

async function change(context: CliContext, next: (book: ContextBook) => ContextBook): Promise<void> {
  await updateContextBook(contextBookPath(context.environment), async (book) => ({
    book: next(book),
    result: undefined,
  }));
}

function requireNamed(book: ContextBook, name: string): ContextBook {
  if (book.contexts[name] !== undefined) return book;
  const message = name === '' ? 'there is no current login' : `there is no login "${name}"`;
  throw new CliError('CONTEXT_MISSING', message, { exitCode: exitCodes.notFound });
}
