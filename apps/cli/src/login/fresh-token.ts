import type { CliContext } from '../cli-context.ts';
import { CliError } from '../cli-error.ts';
import { type Context, type Credential, withContext } from '../contexts/context.ts';
import { contextBookPath, readContextBook, updateContextBook } from '../contexts/context-book.ts';
import { exitCodes } from '../exit-codes.ts';
import { renewCredential } from './renew-credential.ts';
import { readTokenClaims } from './token-claims.ts';

/** A token that ends sooner counts as ended: it must last for what is done with it. */
const leastLifetimeMs = 60_000;

/**
 * The token of a login, renewed if it ends soon. Of commands that find it so at once, one renews it for all.
 *
 * @throws CliError NOT_LOGGED_IN, LOGIN_EXPIRED
 */
export async function freshToken(context: CliContext, name: string): Promise<string> {
  const path = contextBookPath(context.environment);
  const { credential } = known((await readContextBook(path)).contexts[name], name);
  if (lasts(credential, context.now())) return credential.token;
  return updateContextBook(path, async (book) => {
    const chosen = known(book.contexts[name], name);
    if (lasts(chosen.credential, context.now())) return { book, result: chosen.credential.token };
    const renewed = await renewCredential(chosen, chosen.credential);
    return {
      book: withContext(book, name, { ...chosen, credential: renewed }),
      result: renewed.token,
    };
  });
}

type LoggedIn = Context & { readonly credential: Credential };

function known(context: Context | undefined, name: string): LoggedIn {
  const { credential } = context ?? {};
  if (context !== undefined && credential !== undefined) return { ...context, credential };
  const where = context?.server ?? name;
  throw new CliError('NOT_LOGGED_IN', `you are not logged in to ${where}. Run: berth login ${where}`, {
    exitCode: exitCodes.unauthenticated,
  });
}

/** What cannot be renewed is used to its end: the server says when that is. */
function lasts(credential: Credential, now: Date): boolean {
  if (credential.type === 'token') return true;
  const expiresAt = readTokenClaims(credential.token)?.expiresAt;
  return expiresAt !== undefined && expiresAt.getTime() - now.getTime() > leastLifetimeMs;
}
