/**
 * Counts the bytes that a replica takes, in its own account and in that of all replicas. Estimates: what V8 really takes
 * is not to be had.
 */
export class ByteAccount {
  #bytes = 0;
  #parent: ByteAccount | undefined;

  constructor(parent?: ByteAccount) {
    this.#parent = parent;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(bytes: number): void {
    this.#bytes += bytes;
    this.#parent?.add(bytes);
  }

  /** Takes everything out of the parent, for good: a replica that readers still hold is theirs. */
  close(): void {
    this.#parent?.add(-this.#bytes);
    this.#parent = undefined;
  }
}
