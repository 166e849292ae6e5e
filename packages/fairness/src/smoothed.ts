/** How much a new sample moves the average: an outlier of four times what is allowed is forgiven once. */
const weight = 0.25;

/**
 * What something takes as a rule. On a busy machine a step that is short may now and then take long for reasons that are not its own (the
 * garbage of others, a thread that waits for a core); what takes long as a rule does so again and again. Begins at nothing.
 */
export class Smoothed {
  #value = 0;

  /** @returns the average with this sample. */
  add(sample: number): number {
    this.#value += (sample - this.#value) * weight;
    return this.#value;
  }
}
