/** The kubelet never gives a container less between the request to stop and the kill. */
const leastAfterAskedMs = 2_000;
/** How often a kill is repeated for what does not die of it at once. */
const killAgainMs = 5_000;

/** What to do next to end a container. */
export type StopStep = 'run-hook' | 'ask' | 'kill';

/**
 * The end of one attempt of a container: its preStop hook, then, when it is its turn, its stop signal, then the kill. The hook and the
 * wait for the turn count against the grace.
 * https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination-flow
 */
export class ContainerStop {
  #deadline: Date;
  #hook: 'to-run' | 'runs' | 'over';
  #askedAt: Date | undefined;
  #killedAt: Date | undefined;

  constructor(options: { readonly deadline: Date; readonly hasHook: boolean }) {
    this.#deadline = options.deadline;
    this.#hook = options.hasHook ? 'to-run' : 'over';
  }

  /** It has to end by then; a later time than before changes nothing. */
  by(deadline: Date): void {
    if (deadline < this.#deadline) this.#deadline = deadline;
  }

  hookEnded(): void {
    this.#hook = 'over';
  }

  /** What is due now; each step is told once, the kill again and again. */
  step(now: Date, isItsTurn: boolean): StopStep | undefined {
    const isLate = now >= this.#deadline;
    if (this.#hook === 'to-run' && !isLate) {
      this.#hook = 'runs';
      return 'run-hook';
    }
    if (this.#askedAt === undefined) {
      if (!isLate && (this.#hook === 'runs' || !isItsTurn)) return undefined;
      this.#askedAt = now;
      return 'ask';
    }
    if (now < this.#killAt(this.#askedAt)) return undefined;
    this.#killedAt = now;
    return 'kill';
  }

  /** When to look again if nothing happens. */
  nextLook(): Date {
    return this.#askedAt === undefined ? this.#deadline : this.#killAt(this.#askedAt);
  }

  #killAt(askedAt: Date): Date {
    if (this.#killedAt !== undefined) return new Date(this.#killedAt.getTime() + killAgainMs);
    return new Date(Math.max(this.#deadline.getTime(), askedAt.getTime() + leastAfterAskedMs));
  }
}
