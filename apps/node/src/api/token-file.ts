import { readFile } from 'node:fs/promises';

const rereadAfterMs = 60_000;

/** A bearer token in a file that others renew. */
export class TokenFile {
  readonly #path: string;
  #token: string | undefined;
  #readAtMs = 0;

  constructor(path: string) {
    this.#path = path;
  }

  async read(): Promise<string> {
    if (this.#token === undefined || Date.now() - this.#readAtMs > rereadAfterMs) {
      this.#token = (await readFile(this.#path, 'utf8')).trim();
      this.#readAtMs = Date.now();
    }
    return this.#token;
  }

  /** The token was refused: the file may hold a newer one. */
  forget(): void {
    this.#token = undefined;
  }
}
