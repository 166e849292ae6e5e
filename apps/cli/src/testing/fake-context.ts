import type { CliContext } from '../cli-context.ts';

/** A command line without a person, that remembers what it said. */
export interface FakeContext extends CliContext {
  readonly printed: string[];
  readonly told: string[];
}

export function fakeContext(
  options: {
    readonly environment?: CliContext['environment'];
    readonly directory?: string;
    readonly now?: () => Date;
    /** What a person answers, in order; without answers nobody is there. */
    readonly answers?: readonly string[];
    readonly input?: string;
  } = {},
): FakeContext {
  const printed: string[] = [];
  const told: string[] = [];
  const answers = [...(options.answers ?? [])];
  return {
    printed,
    told,
    environment: options.environment ?? {},
    directory: options.directory ?? '/',
    now: options.now ?? (() => new Date('2026-03-01T00:00:00Z')),
    sleep: async () => undefined,
    terminal: {
      isInteractive: options.answers !== undefined,
      print: (text) => printed.push(text),
      tell: (text) => told.push(text),
      ask: async () => answers.shift() ?? '',
      readInput: async () => options.input ?? '',
    },
  };
}

/** A token that says when it ends; nobody signed it. */
export function unsignedToken(claims: object): string {
  return ['{}', JSON.stringify(claims), ''].map((part) => Buffer.from(part).toString('base64url')).join('.');
}
