import { CliError } from '../cli-error.ts';

/** Runs a call, and says more of a failure of one code: what the server cannot know that would help. */
export async function withHint<T>(
  call: Promise<T>,
  { code, message }: { readonly code: string; readonly message: (refusal: string) => string },
): Promise<T> {
  try {
    return await call;
  } catch (cause) {
    if (!(cause instanceof CliError) || cause.code !== code) throw cause;
    throw new CliError(code, message(cause.message), { cause, exitCode: cause.exitCode });
  }
}
