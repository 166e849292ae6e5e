/** How a person is known to a server. */
export type Credential =
  | {
      readonly type: 'token';
      readonly token: string;
    }
  | {
      readonly type: 'oidc';
      readonly issuer: string;
      readonly clientId: string;
      readonly scopes: readonly string[];
      /** PEM of the authority that the issuer is trusted by, where this machine does not trust it anyway. */
      readonly issuerAuthority?: string;
      /** Absent where the issuer gives none: the login ends with its token. */
      readonly refreshToken?: string;
      /** The server's own token, which was given for the issuer's. */
      readonly token: string;
    };

/** A server that somebody has logged in to. */
export interface Context {
  /** URL without a path: `https://berth.example:6443`. */
  readonly server: string;
  /** PEM of the authority that the server is trusted by; absent where this machine trusts it anyway. */
  readonly certificateAuthority?: string;
  /** The tenant that is meant where none is named. */
  readonly tenant?: string;
  readonly credential?: Credential;
}

/** Everything that the command line remembers. */
export interface ContextBook {
  readonly current?: string;
  readonly contexts: Readonly<Record<string, Context>>;
}

export const emptyBook: ContextBook = { contexts: {} };

/** The book with one context more, or another one in its place. */
export function withContext(book: ContextBook, name: string, context: Context): ContextBook {
  return { ...book, contexts: { ...book.contexts, [name]: context } };
}

/** The book without a context. What was the current one is so no more. */
export function withoutContext(book: ContextBook, name: string): ContextBook {
  const { [name]: _removed, ...contexts } = book.contexts;
  const { current, ...rest } = book;
  return { ...rest, contexts, ...(current !== undefined && current !== name && { current }) };
}
