/** Amounts by topology key and the value that nodes have for it. What comes back to zero is forgotten. */
export class TopologyCounts {
  readonly #byKey = new Map<string, Map<string, number>>();
  #size = 0;

  /** How many pairs of key and value have an amount. */
  get size(): number {
    return this.#size;
  }

  add(key: string, value: string | undefined, amount: number): void {
    if (value === undefined || amount === 0) return;
    let values = this.#byKey.get(key);
    if (!values) this.#byKey.set(key, (values = new Map()));
    const before = values.get(value) ?? 0;
    const after = before + amount;
    if (after === 0) values.delete(value);
    else values.set(value, after);
    this.#size += Number(after !== 0) - Number(before !== 0);
  }

  get(key: string, value: string | undefined): number {
    return value === undefined ? 0 : (this.#byKey.get(key)?.get(value) ?? 0);
  }

  /** The amounts of all pairs that a node with these labels is in, summed. */
  sumFor(labels: Readonly<Record<string, string>>): number {
    let sum = 0;
    for (const [key, values] of this.#byKey) {
      const value = labels[key];
      if (value !== undefined) sum += values.get(value) ?? 0;
    }
    return sum;
  }

  /** Whether a node with these labels is in any pair that has an amount. */
  touches(labels: Readonly<Record<string, string>>): boolean {
    for (const [key, values] of this.#byKey) {
      const value = labels[key];
      if (value !== undefined && values.has(value)) return true;
    }
    return false;
  }
}
