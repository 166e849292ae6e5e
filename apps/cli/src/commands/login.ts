import type { Command } from 'commander';
import { authorityOf } from '../access/resolve-access.ts';
import { serverUrlOf } from '../access/server-url.ts';
import { apiOf } from '../api/api.ts';
import type { CliContext } from '../cli-context.ts';
import { CliError, usageError } from '../cli-error.ts';
import {
  type Context,
  type ContextBook,
  type Credential,
  withContext,
  withoutContext,
} from '../contexts/context.ts';
import { contextBookPath, readContextBook, updateContextBook } from '../contexts/context-book.ts';
import { exitCodes } from '../exit-codes.ts';
import { exchangeToken } from '../login/exchange-token.ts';
import { authoritiesOf } from '../login/authorities-of.ts';
import { findLoginIssuers, type LoginIssuer } from '../login/find-login-issuers.ts';
import { trustServer } from '../login/trust-server.ts';
import { askWhoIAm } from '../login/whoami.ts';
import { examples } from './examples.ts';

/** To have a refresh token. https://openid.net/specs/openid-connect-core-1_0.html#OfflineAccess */
const defaultScopes: readonly string[] = ['offline_access'];

interface LoginFlags {
  readonly token?: string | true;
  readonly issuer?: string;
  readonly clientId?: string;
  readonly scope: readonly string[];
  readonly certificateAuthority?: string;
  readonly fingerprint?: string;
  readonly name?: string;
  readonly tenant?: string;
}

export function addLogin(program: Command, context: CliContext): void {
  program
    .command('login')
    .description('log in to a server, by a token or in a browser')
    .argument('[server]', 'its URL; default: that of the current login')
    .option('--token [token]', 'a token; without a value it is read from standard input, or asked for')
    .option('--issuer <url>', 'the OIDC issuer to log in at; default: the one that the server names')
    .option('--client-id <id>', 'as which of its clients; default: the one that the server names')
    .option('--scope <scope>', 'a scope to ask it for; may be given again', collect, [])
    .option('--certificate-authority <file>', 'PEM that the server (and the issuer) is trusted by')
    .option(
      '--fingerprint <sha256>',
      'of the authority that the server shows, to trust it without being asked',
    )
    .option('--name <context>', 'what to call this login; default: the server’s host and port')
    .option('--tenant <tenant>', 'the tenant that is meant where a command names none')
    .addHelpText(
      'after',
      examples(
        ['berth login https://berth.example:6443', 'in a browser, at the issuer that the server names'],
        ['berth login berth.example:6443 --token < token', 'by a token'],
        ['berth login berth.example --issuer https://id.example --client-id berth', ''],
      ),
    )
    .action(async (server: string | undefined, flags: LoginFlags) => login(context, server, flags));
  program
    .command('logout')
    .description('forget a login')
    .argument('[context]', 'default: the current one')
    .option('--all', 'forget all of them')
    .action(async (name: string | undefined, flags: { readonly all?: true }) => logout(context, name, flags));
}

async function login(context: CliContext, given: string | undefined, flags: LoginFlags): Promise<void> {
  const path = contextBookPath(context.environment);
  const book = await readContextBook(path);
  const server = serverOf(given, context, book);
  const name = flags.name ?? new URL(server).host;
  const former = book.contexts[name];
  const certificateAuthority = await trustServer(server, {
    certificateAuthority: await authorityOf(context, flags),
    knownAuthority: former?.server === server ? former.certificateAuthority : undefined,
    fingerprint: flags.fingerprint,
    terminal: context.terminal,
  });
  const tenant = flags.tenant ?? former?.tenant;
  const place: Context = {
    server,
    ...(certificateAuthority !== undefined && { certificateAuthority }),
    ...(tenant !== undefined && { tenant }),
  };
  const credential = await credentialFor(context, place, flags);
  const user = await askWhoIAm(
    apiOf({
      serverUrl: server,
      caPem: certificateAuthority,
      origin: { type: 'login' },
      tenant,
      token: async () => credential.token,
    }),
  );
  await updateContextBook(path, async (current) => ({
    book: { ...withContext(current, name, { ...place, credential }), current: name },
    result: undefined,
  }));
  context.terminal.print(`Logged in to ${server} as "${user.username}". This login is called "${name}".`);
}

function serverOf(given: string | undefined, { environment }: CliContext, book: ContextBook): string {
  const known = book.current === undefined ? undefined : book.contexts[book.current]?.server;
  const text = given ?? environment['BERTH_SERVER'] ?? known;
  if (text) return serverUrlOf(text);
  throw usageError('log in to which server? Give its URL: berth login https://berth.example:6443');
}

async function credentialFor(context: CliContext, place: Context, flags: LoginFlags): Promise<Credential> {
  if (flags.token !== undefined) return { type: 'token', token: await readToken(context, flags.token) };
  return deviceCredential(context, place, await issuerFor(place, flags));
}

type IssuerChoice = Omit<LoginIssuer, 'name' | 'scopes'> & { readonly scopes: readonly string[] };

/** The issuer of the flags, or of those that the server names. @throws CliError USAGE where that is none, or not one alone */
async function issuerFor(place: Context, flags: LoginFlags): Promise<IssuerChoice> {
  const { issuer, clientId, scope } = flags;
  if (issuer !== undefined && clientId !== undefined) {
    return { issuer, clientId, scopes: scope.length > 0 ? scope : defaultScopes };
  }
  const named = await findLoginIssuers(place);
  const fitting = named.filter(
    (each) => issuer === undefined || issuer === each.issuer || issuer === each.name,
  );
  const [found, another] = fitting;
  if (found !== undefined && another === undefined) {
    const scopes = scope.length > 0 ? scope : found.scopes;
    return { ...found, scopes: scopes.length > 0 ? scopes : defaultScopes };
  }
  const choice = named.map((each) => `${each.name} (${each.issuer})`).join(', ');
  if (issuer !== undefined && fitting.length === 0) {
    const known = choice === '' ? 'no issuer' : choice;
    throw usageError(`${place.server} names ${known} to log in at, not ${issuer}. Give --client-id as well.`);
  }
  if (choice !== '') throw usageError(`log in where? Give --issuer, one of: ${choice}`);
  throw usageError(
    `${place.server} names no issuer to log in at. Give --token, or --issuer and --client-id.`,
  );
}

async function readToken({ terminal }: CliContext, given: string | true): Promise<string> {
  if (typeof given === 'string' && given !== '-') return given;
  const text = terminal.isInteractive
    ? await terminal.ask('Token: ', { secret: true })
    : await terminal.readInput();
  if (text.trim() !== '') return text.trim();
  throw usageError('there is no token on standard input');
}

async function deviceCredential(
  { terminal }: CliContext,
  place: Context,
  { issuer, clientId, scopes, certificateAuthority: issuerAuthority }: IssuerChoice,
): Promise<Credential> {
  // Few commands need it, and it takes its time to load.
  const { deviceLogin } = await import('../login/oidc.ts');
  const tokens = await deviceLogin(
    { issuer, clientId, scopes, authorities: authoritiesOf(place.certificateAuthority, issuerAuthority) },
    ({ url, completeUrl, code, expiresInSeconds }) => {
      terminal.tell(`Open ${completeUrl ?? url}`);
      terminal.tell(`and confirm the code ${code} within ${Math.floor(expiresInSeconds / 60)} min.`);
    },
  );
  return {
    type: 'oidc',
    issuer,
    clientId,
    scopes,
    ...(issuerAuthority !== undefined && { issuerAuthority }),
    ...(tokens.refreshToken !== undefined && { refreshToken: tokens.refreshToken }),
    token: await exchangeToken(place, tokens.idToken),
  };
}

async function logout(
  context: CliContext,
  given: string | undefined,
  { all }: { readonly all?: true },
): Promise<void> {
  const forgotten = await updateContextBook(contextBookPath(context.environment), async (book) => {
    const names = all ? Object.keys(book.contexts) : [given ?? book.current ?? ''];
    const missing = names.find((name) => book.contexts[name] === undefined);
    if (missing !== undefined) {
      const what = missing === '' ? 'you are not logged in' : `there is no login "${missing}"`;
      throw new CliError('CONTEXT_MISSING', what, { exitCode: exitCodes.notFound });
    }
    return { book: names.reduce(withoutContext, book), result: names };
  });
  for (const name of forgotten) context.terminal.print(`Logged out of "${name}".`);
}

function collect(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value];
}
