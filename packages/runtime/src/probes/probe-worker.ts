import type { Probe } from '@berth/kinds';
import type { Clock } from '../clock.ts';
import { nextRunAt, periodMs, type ProbeKind, type ProbeResult, tally, untried } from './probe-verdict.ts';
import type { ProbeOutcome } from './run-probe.ts';

export interface ProbeWorkerOptions {
  readonly kind: ProbeKind;
  readonly probe: Probe;
  readonly startedAt: Date;
  /** 0 to 1: how much of its period a first run that is due at once waits. */
  readonly spread: number;
  readonly clock: Clock;
  readonly run: (signal: AbortSignal) => Promise<ProbeOutcome>;
  /** What stands changed. */
  readonly onVerdict: (verdict: ProbeResult) => void;
  readonly onEvent: (reason: 'Unhealthy' | 'ProbeWarning', message: string) => void;
}

/** A run that could not be made is tried again at once this often. */
const attemptsAtOnce = 3;
const titles: Readonly<Record<ProbeKind, string>> = {
  startup: 'Startup',
  liveness: 'Liveness',
  readiness: 'Readiness',
};

/** Runs one probe of one attempt, time after time; one run at a time. */
export class ProbeWorker {
  readonly #options: ProbeWorkerOptions;
  readonly #stopped = new AbortController();
  #tally = untried;
  #cancelTimer: (() => void) | undefined;

  constructor(options: ProbeWorkerOptions) {
    this.#options = options;
    this.#schedule(undefined);
  }

  stop(): void {
    this.#stopped.abort();
    this.#cancelTimer?.();
  }

  #schedule(lastBegunAt: Date | undefined): void {
    const { probe, startedAt, spread, clock } = this.#options;
    const spreadMs = spread * periodMs(probe);
    const dueAt = nextRunAt(probe, { startedAt, lastBegunAt, now: clock.now(), spreadMs });
    this.#cancelTimer = clock.at(dueAt, () => void this.#runOnce());
  }

  async #runOnce(): Promise<void> {
    const { clock } = this.#options;
    const begunAt = clock.now();
    const outcome = await this.#attempt();
    if (this.#stopped.signal.aborted) return;
    this.#take(outcome);
    if (!this.#stopped.signal.aborted) this.#schedule(begunAt);
  }

  async #attempt(): Promise<ProbeOutcome> {
    const { run } = this.#options;
    for (let tries = 1; ; tries += 1) {
      const outcome = await run(this.#stopped.signal).catch(
        (error: unknown): ProbeOutcome => ({ type: 'error', message: String(error) }),
      );
      if (outcome.type !== 'error' || tries === attemptsAtOnce || this.#stopped.signal.aborted)
        return outcome;
    }
  }

  #take(outcome: ProbeOutcome): void {
    const { kind, probe, onVerdict, onEvent } = this.#options;
    const title = titles[kind];
    if (outcome.type === 'error') {
      onEvent('Unhealthy', `${title} probe errored and resulted in unknown state: ${outcome.message}`);
      return;
    }
    if (outcome.type === 'warning') onEvent('ProbeWarning', `${title} probe warning: ${outcome.output}`);
    if (outcome.type === 'failure') onEvent('Unhealthy', `${title} probe failed: ${outcome.output}`);
    const result = outcome.type === 'failure' ? 'failure' : 'success';
    const before = this.#tally.verdict;
    this.#tally = tally(this.#tally, result, probe);
    const { verdict } = this.#tally;
    if (verdict !== undefined && verdict !== before) onVerdict(verdict);
  }
}
