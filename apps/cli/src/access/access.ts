/** Where a command goes, and as whom. */
export interface Access {
  /** URL without a path. */
  readonly serverUrl: string;
  readonly caPem: string | undefined;
  /** What this was chosen by. */
  readonly origin:
    | { readonly type: 'context'; readonly name: string }
    | { readonly type: 'environment' }
    /** A login that is just being made. */
    | { readonly type: 'login' }
    /** An instance of this machine, by its data directory. */
    | { readonly type: 'instance'; readonly path: string };
  /** The tenant that is meant where the command names none. */
  readonly tenant: string | undefined;
  /** A token that is still good; renews it if it can. @throws CliError NOT_LOGGED_IN, LOGIN_EXPIRED */
  readonly token: () => Promise<string>;
}
