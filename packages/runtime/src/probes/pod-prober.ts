import type { Container, Probe } from '@berth/kinds';
import type { Clock } from '../clock.ts';
import type { AttemptKey } from '../pod/container-driver.ts';
import type { PodContainer } from '../pod/container-record.ts';
import type { ContainerHealth } from './container-health.ts';
import type { ProbeKind, ProbeResult } from './probe-verdict.ts';
import { ProbeWorker } from './probe-worker.ts';
import type { ProbeOutcome } from './run-probe.ts';

/** A container that runs now. */
export interface ProbedAttempt {
  readonly podContainer: PodContainer;
  readonly attempt: number;
  readonly startedAt: Date;
  readonly health: ContainerHealth;
  /** It ran before this agent did: its probes begin at a random time within their period. */
  readonly isAdopted: boolean;
}

export interface PodProberOptions {
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
  readonly run: (probe: Probe, container: Container, signal: AbortSignal) => Promise<ProbeOutcome>;
  readonly onHealth: (key: AttemptKey, health: ContainerHealth) => void;
  /** It has to be restarted. Told once for each attempt. */
  readonly onUnhealthy: (key: AttemptKey, kind: 'startup' | 'liveness') => void;
  readonly onEvent: (podContainer: PodContainer, reason: string, message: string) => void;
}

interface Probed {
  readonly attempt: number;
  readonly workers: Map<ProbeKind, ProbeWorker>;
}

/**
 * Probes the containers of one pod: the startup probe until it succeeded, the others from then on. What each run means is
 * decided by `tally`; when it is due, by `nextRunAt`.
 */
export class PodProber {
  readonly #options: PodProberOptions;
  readonly #probed = new Map<string, Probed>();

  constructor(options: PodProberOptions) {
    this.#options = options;
  }

  /** Brings the probes in line with the containers that run. `isEnding`: only readiness still matters. */
  sync(running: readonly ProbedAttempt[], { isEnding }: { readonly isEnding: boolean }): void {
    const names = new Set(running.map(({ podContainer }) => podContainer.container.name));
    for (const name of this.#probed.keys()) if (!names.has(name)) this.#forget(name);
    for (const attempt of running) this.#syncAttempt(attempt, isEnding);
  }

  close(): void {
    for (const name of this.#probed.keys()) this.#forget(name);
  }

  #forget(name: string): void {
    for (const worker of this.#probed.get(name)?.workers.values() ?? []) worker.stop();
    this.#probed.delete(name);
  }

  #syncAttempt(running: ProbedAttempt, isEnding: boolean): void {
    const { podContainer, attempt, health } = running;
    const { name } = podContainer.container;
    if (this.#probed.get(name)?.attempt !== attempt) {
      this.#forget(name);
      this.#probed.set(name, { attempt, workers: new Map() });
    }
    const workers = this.#probed.get(name)?.workers ?? new Map<ProbeKind, ProbeWorker>();
    for (const [kind, probe] of probesOf(podContainer)) {
      const wanted = isWanted(kind, { isEnding, started: health.started });
      const worker = workers.get(kind);
      if (wanted && worker === undefined) workers.set(kind, this.#worker(kind, probe, running));
      // It stays in the map, ended: it is not to begin again for this attempt.
      if (!wanted) worker?.stop();
    }
  }

  #worker(kind: ProbeKind, probe: Probe, running: ProbedAttempt): ProbeWorker {
    const { clock, random, run, onEvent } = this.#options;
    const { podContainer, startedAt, isAdopted } = running;
    return new ProbeWorker({
      kind,
      probe,
      startedAt,
      spread: isAdopted ? random() : 0,
      clock,
      run: (signal) => run(probe, podContainer.container, signal),
      onVerdict: (verdict) => this.#verdict(kind, verdict, running),
      onEvent: (reason, message) => onEvent(podContainer, reason, message),
    });
  }

  #verdict(kind: ProbeKind, verdict: ProbeResult, { podContainer, attempt }: ProbedAttempt): void {
    const { onHealth, onUnhealthy } = this.#options;
    const { container } = podContainer;
    const key = { container: container.name, attempt };
    if (kind === 'readiness') onHealth(key, { started: true, ready: verdict === 'success' });
    else if (verdict === 'success' && kind === 'startup') {
      onHealth(key, { started: true, ready: container.readinessProbe === undefined });
    } else if (verdict === 'failure') {
      this.#probed.get(container.name)?.workers.get(kind)?.stop();
      onUnhealthy(key, kind);
    }
  }
}

function isWanted(
  kind: ProbeKind,
  { isEnding, started }: { readonly isEnding: boolean; readonly started: boolean },
): boolean {
  if (kind === 'startup') return !started && !isEnding;
  return started && (kind === 'readiness' || !isEnding);
}

function probesOf({ container, role }: PodContainer): Array<[ProbeKind, Probe]> {
  // Validation allows init containers no probes; sidecars may have all three.
  if (role === 'init') return [];
  const { startupProbe, livenessProbe, readinessProbe } = container;
  const all: Array<[ProbeKind, Probe | undefined]> = [
    ['startup', startupProbe],
    ['liveness', livenessProbe],
    ['readiness', readinessProbe],
  ];
  return all.flatMap(([kind, probe]) => (probe === undefined ? [] : [[kind, probe] as [ProbeKind, Probe]]));
}
