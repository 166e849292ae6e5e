/** What the process ends with. Scripts may rely on them; `berth --help` and docs/cli.md list them. */
export const exitCodes = {
  ok: 0,
  /** What none of the others says. */
  failed: 1,
  /** Wrong arguments, flags or settings. */
  usage: 2,
  /** No login, or one that has ended. */
  unauthenticated: 3,
  notFound: 4,
  /** The login is good, but may not do this. */
  forbidden: 5,
  /** It is there already, or somebody else has changed it meanwhile. */
  conflict: 6,
  /** The server cannot be reached, or cannot be trusted. */
  unreachable: 7,
  /** `--wait` came to its end. */
  timedOut: 8,
} as const;

export const exitCodeTexts: Readonly<Record<keyof typeof exitCodes, string>> = {
  ok: 'done',
  failed: 'failed',
  usage: 'wrong arguments or settings',
  unauthenticated: 'not logged in, or the login has ended',
  notFound: 'not found',
  forbidden: 'not allowed',
  conflict: 'exists already, or was changed by somebody else',
  unreachable: 'the server cannot be reached, or is not trusted',
  timedOut: 'what was waited for did not come in time',
};
