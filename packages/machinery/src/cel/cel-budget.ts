import { type Context, createContext, Script } from 'node:vm';
import { CelError } from './cel-error.ts';

/** What one evaluation, or several together, may use. */
export interface CelBudget {
  /** Steps, plus the sizes of the texts and lists that they yield. */
  readonly cost: number;
  /** Wall time, for what no step counts: a regular expression that backtracks. */
  readonly timeoutMs: number;
}

/** No step may yield a longer text or list than this: what a single function makes of such values is bounded, too. */
const maxTextLength = 16_384;
const maxListLength = 2_048;

/** The budget of the evaluation under way. Evaluation is synchronous, so there is one at a time. */
let current: { remaining: number } | undefined;

/** How often an evaluation is tried whose time was over although it had hardly been let run. */
const maxAttempts = 3;

/**
 * Lets `run` evaluate expressions, together within the budget. Synchronous. Where the machine is so busy that the time
 * is over before the evaluation had it, `run` is called again: it must change nothing.
 *
 * @throws CelError `cel-too-expensive` when the budget is spent; whatever `run` throws
 */
export function withinCelBudget<T>(budget: CelBudget, run: () => T): T {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = attemptWithin(budget, run);
    if ('value' in outcome) return outcome.value;
    if (outcome.usedMs >= budget.timeoutMs / 2 || attempt === maxAttempts) throw tooExpensive();
  }
}

/** What `run` returned, or for how long it had run when its time was over. */
function attemptWithin<T>(
  { cost, timeoutMs }: CelBudget,
  run: () => T,
): { readonly value: T } | { readonly usedMs: number } {
  const outer = current;
  const own = { remaining: cost };
  current = own;
  try {
    const outcome = withinTime(run, timeoutMs);
    if (own.remaining < 0) throw tooExpensive();
    return outcome;
  } catch (error) {
    // `||`, `&&` and the quantifiers swallow the errors of their operands: what counts is that the budget is spent.
    throw own.remaining < 0 ? tooExpensive(error) : error;
  } finally {
    current = outer;
  }
}

/** Charges one step and what it yielded. @throws CelError `cel-too-expensive` */
export function chargeCelStep(yielded: unknown): void {
  if (current === undefined) throw new Error('an expression is evaluated outside of a budget');
  current.remaining -= 1;
  if (typeof yielded === 'string') {
    current.remaining -= yielded.length;
    if (yielded.length > maxTextLength) current.remaining = -1;
  } else if (Array.isArray(yielded) || yielded instanceof Uint8Array) {
    current.remaining -= yielded.length;
    if (yielded.length > maxListLength) current.remaining = -1;
  }
  if (current.remaining < 0) throw tooExpensive();
}

function tooExpensive(cause?: unknown): CelError {
  return new CelError('cel-too-expensive', 'the evaluation costs more than it may', { cause });
}

const bounded: { run?: () => unknown } = {};
let context: Context | undefined;
const call = new Script('run()');

/** Runs a synchronous function that V8 interrupts when its time is over, even within a regular expression. */
function withinTime<T>(run: () => T, timeoutMs: number): { readonly value: T } | { readonly usedMs: number } {
  context ??= createContext(bounded);
  let result: { readonly value: T } | undefined;
  bounded.run = () => {
    result = { value: run() };
  };
  const before = process.threadCpuUsage();
  try {
    call.runInContext(context, { timeout: timeoutMs });
  } catch (error) {
    if (!isTimeout(error)) throw error;
    const { user, system } = process.threadCpuUsage(before);
    return { usedMs: (user + system) / 1_000 };
  } finally {
    delete bounded.run;
  }
  if (result === undefined) throw new Error('an evaluation ended without a result');
  return result;
}

/** The error comes from the other context, whose `Error` is not ours. */
function isTimeout(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
  );
}
