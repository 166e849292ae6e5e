/** The addresses of pods whose containers are not ready, as the node sees it: before the API has heard, and Services have. */
export class UnreadyAddresses {
  readonly #addressOf = new Map<string, string>();
  /** An address may be another pod's before the former one is forgotten. */
  readonly #podAt = new Map<string, string>();

  has(address: string): boolean {
    return this.#podAt.has(address);
  }

  /** @param address undefined for a pod that is ready, or gone */
  note(podUid: string, address: string | undefined): void {
    const former = this.#addressOf.get(podUid);
    if (former === address) return;
    if (former !== undefined && this.#podAt.get(former) === podUid) this.#podAt.delete(former);
    if (address === undefined) {
      this.#addressOf.delete(podUid);
    } else {
      this.#addressOf.set(podUid, address);
      this.#podAt.set(address, podUid);
    }
  }
}
