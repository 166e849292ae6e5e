import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

/** What one scenario found. Times in milliseconds. */
export interface Result {
  readonly scenario: string;
  /** What one operation is. */
  readonly operation: string;
  readonly operations: number;
  readonly errors: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** What is worth knowing beside the numbers: the first error, the time of the whole. */
  readonly note: string;
}

/** Something found that is no operation: a size, a ratio. */
export interface Finding {
  readonly what: string;
  readonly value: string;
}

/** Counts operations and their times in an HDR histogram (Node's own, of microseconds). */
export class Measurement {
  readonly #histogram: RecordableHistogram = createHistogram({ lowest: 1, highest: 600_000_000, figures: 3 });
  #errors = 0;
  #firstError = '';
  #startedAt = performance.now();

  /** Leaves out of the rate what went before: preparation. */
  begin(): void {
    this.#startedAt = performance.now();
  }

  record(ms: number): void {
    this.#histogram.record(Math.max(1, Math.round(ms * 1_000)));
  }

  fail(reason: string): void {
    this.#errors++;
    this.#firstError ||= reason;
  }

  /** Times one operation; an answer that is no success counts as an error. */
  async time(operation: () => Promise<{ status: number; body: string }>): Promise<void> {
    const startedAt = performance.now();
    try {
      const answer = await operation();
      if (answer.status >= 300) this.fail(`${answer.status} ${answer.body.slice(0, 200)}`);
      else this.record(performance.now() - startedAt);
    } catch (error) {
      this.fail(error instanceof Error ? error.message : String(error));
    }
  }

  result(scenario: string, operation: string, note = ''): Result {
    const seconds = (performance.now() - this.#startedAt) / 1_000;
    const operations = this.#histogram.count;
    const at = (percentile: number): number =>
      operations ? this.#histogram.percentile(percentile) / 1_000 : 0;
    return {
      scenario,
      operation,
      operations,
      errors: this.#errors,
      seconds,
      perSecond: operations / seconds,
      p50Ms: at(50),
      p99Ms: at(99),
      maxMs: operations ? this.#histogram.max / 1_000 : 0,
      note: [note, this.#firstError && `first error: ${this.#firstError}`].filter(Boolean).join('; '),
    };
  }
}

/** Runs `clients` loops side by side until the time is over. */
export async function runClients(
  { clients, seconds }: { readonly clients: number; readonly seconds: number },
  step: (client: number, iteration: number) => Promise<void>,
): Promise<void> {
  const end = performance.now() + seconds * 1_000;
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      for (let iteration = 0; performance.now() < end; iteration++) await step(client, iteration);
    }),
  );
}

/** Does each of `count` things once, `width` at a time. */
export async function doAll(
  count: number,
  width: number,
  step: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: Math.min(width, count) }, async () => {
      for (let index = next++; index < count; index = next++) await step(index);
    }),
  );
}
