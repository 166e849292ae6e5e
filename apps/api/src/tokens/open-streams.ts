/** A token that streams were opened with. */
export interface StreamToken {
  /** The same for the same token, however often it was verified. */
  readonly id: string;
  /** Whether what carries the token still exists. */
  readonly isAlive: () => boolean | Promise<boolean>;
}

/** How often the tokens of open streams are looked at: all of them, while they are few. */
const lookEveryMs = 1_000;
/** More are looked at in turn, so that thousands of idle watches cost no more than this many look-ups a second. */
const mostAtOnce = 200;

interface Watched extends StreamToken {
  readonly ends: Set<() => void>;
}

/**
 * Ends streams whose token is revoked while they are open. A token that only runs out ends none: as upstream, whoever was
 * let in then stays until the stream's own time is up.
 */
export class OpenStreams {
  readonly #tokens = new Map<string, Watched>();
  #timer: NodeJS.Timeout | undefined;
  #isLooking = false;

  /**
   * @param end ends one stream
   * @returns to be called when the stream has ended
   */
  add(token: StreamToken, end: () => void): () => void {
    const watched = this.#tokens.get(token.id) ?? { ...token, ends: new Set() };
    this.#tokens.set(token.id, watched);
    watched.ends.add(end);
    this.#timer ??= setInterval(() => void this.look(), lookEveryMs).unref();
    return () => {
      watched.ends.delete(end);
      if (watched.ends.size === 0 && this.#tokens.get(token.id) === watched) this.#tokens.delete(token.id);
      if (this.#tokens.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  /** Looks at the tokens that were not looked at for longest. */
  async look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const next = [...this.#tokens.values()].slice(0, mostAtOnce);
    await Promise.all(next.map((token) => this.#lookAt(token)));
    this.#isLooking = false;
  }

  async #lookAt(token: Watched): Promise<void> {
    // To the end of the line, unless its last stream has just ended.
    if (this.#tokens.delete(token.id)) this.#tokens.set(token.id, token);
    try {
      if (await token.isAlive()) return;
    } catch {
      // The database is away: who was let in stays until it can be asked.
      return;
    }
    for (const end of token.ends) end();
  }
}
