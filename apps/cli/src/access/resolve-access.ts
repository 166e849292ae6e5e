import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { CliContext } from '../cli-context.ts';
import { CliError, usageError } from '../cli-error.ts';
import type { Context, ContextBook } from '../contexts/context.ts';
import { contextBookPath, readContextBook } from '../contexts/context-book.ts';
import { exitCodes } from '../exit-codes.ts';
import { freshToken } from '../login/fresh-token.ts';
import { settingSources } from '../settings.ts';
import type { Access } from './access.ts';
import { localAccess } from './local-access.ts';
import { serverUrlOf } from './server-url.ts';

/** The flags by which a command can be sent somewhere else. */
export interface AccessFlags {
  readonly context?: string;
  readonly server?: string;
  readonly certificateAuthority?: string;
  readonly dataDir?: string;
  readonly tenant?: string;
}

/**
 * Where a command goes: what its flags say, or else the environment, or else the current login, or else the instance
 * that runs in this folder.
 *
 * @throws CliError NOT_LOGGED_IN if there is none of them
 */
export async function resolveAccess(context: CliContext, flags: AccessFlags): Promise<Access> {
  const access = await choose(context, flags);
  const tenant = flags.tenant ?? context.environment['BERTH_TENANT'] ?? access.tenant;
  return { ...access, tenant: tenant || undefined };
}

async function choose(context: CliContext, flags: AccessFlags): Promise<Access> {
  const { environment } = context;
  const { dataDirectory: dataDirectorySetting } = settingSources;
  const book = await readContextBook(contextBookPath(environment));
  if (flags.context !== undefined) return ofContext(context, flags, named(book, flags.context));
  const server = flags.server ?? environment['BERTH_SERVER'];
  if (server) return ofServer(context, flags, { book, server: serverUrlOf(server) });
  const dataDirectory = flags.dataDir ?? environment[dataDirectorySetting.variable];
  if (dataDirectory) return ofInstance(context, dataDirectory, true);
  const current = environment['BERTH_CONTEXT'] || book.current;
  if (current !== undefined) return ofContext(context, flags, named(book, current));
  return ofInstance(context, dataDirectorySetting.fallback, false);
}

interface NamedContext {
  readonly name: string;
  readonly context: Context;
}

function named(book: ContextBook, name: string): NamedContext {
  const context = book.contexts[name];
  if (context !== undefined) return { name, context };
  const known = Object.keys(book.contexts);
  const hint =
    known.length > 0
      ? `There are: ${known.join(', ')}.`
      : 'There is none yet: log in by berth login <server>.';
  throw new CliError('CONTEXT_MISSING', `there is no login "${name}". ${hint}`, {
    exitCode: exitCodes.notFound,
  });
}

async function ofServer(
  context: CliContext,
  flags: AccessFlags,
  { book, server }: { readonly book: ContextBook; readonly server: string },
): Promise<Access> {
  const token = context.environment['BERTH_TOKEN'];
  if (token) {
    return {
      serverUrl: server,
      caPem: await authorityOf(context, flags),
      origin: { type: 'environment' },
      tenant: undefined,
      token: async () => token,
    };
  }
  const found = Object.entries(book.contexts).find(([, candidate]) => candidate.server === server);
  if (found !== undefined) return ofContext(context, flags, { name: found[0], context: found[1] });
  throw notLoggedIn(`you are not logged in to ${server}. Run: berth login ${server}`);
}

async function ofContext(
  context: CliContext,
  flags: AccessFlags,
  { name, context: chosen }: NamedContext,
): Promise<Access> {
  return {
    serverUrl: chosen.server,
    caPem: (await authorityOf(context, flags)) ?? chosen.certificateAuthority,
    origin: { type: 'context', name },
    tenant: chosen.tenant,
    token: () => freshToken(context, name),
  };
}

async function ofInstance(context: CliContext, directory: string, isMeant: boolean): Promise<Access> {
  const path = resolve(context.directory, directory);
  const access = await localAccess(path);
  if (access !== undefined) {
    return {
      serverUrl: new URL(access.clusterUrl).origin,
      caPem: access.caPem,
      origin: { type: 'instance', path },
      tenant: undefined,
      token: async () => access.token,
    };
  }
  if (isMeant) {
    const message = `there is no instance in ${path}. Start one with npm start, or set BERTH_DATA_DIR.`;
    throw new CliError('NOT_RUNNING', message, { exitCode: exitCodes.unreachable });
  }
  throw notLoggedIn(
    'you are not logged in. Run berth login <server>, or berth up for an instance of your own in this folder.',
  );
}

function notLoggedIn(message: string): CliError {
  return new CliError('NOT_LOGGED_IN', message, { exitCode: exitCodes.unauthenticated });
}

/** The authority that flags or environment name, as PEM. @throws CliError USAGE */
export async function authorityOf(
  { directory, environment }: CliContext,
  flags: Pick<AccessFlags, 'certificateAuthority'>,
): Promise<string | undefined> {
  const file = flags.certificateAuthority ?? environment['BERTH_CERTIFICATE_AUTHORITY'];
  if (!file) return undefined;
  return readFile(resolve(directory, file), 'utf8').catch((error: Error) => {
    throw usageError(`the certificate authority cannot be read: ${error.message}`);
  });
}
