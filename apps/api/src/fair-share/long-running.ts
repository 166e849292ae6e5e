import type { RequestAttributes } from '@berth/auth';

const longVerbs: ReadonlySet<string> = new Set(['watch', 'proxy']);
const longSubresources: ReadonlySet<string> = new Set(['attach', 'exec', 'log', 'portforward', 'proxy']);

/** Requests that last as long as their client wants: they are counted apart, and none waits for the end of one. */
export function isLongRunning(attributes: RequestAttributes): boolean {
  if (attributes.type === 'path') return false;
  return longVerbs.has(attributes.verb) || longSubresources.has(attributes.subresource);
}

/** Counts what lasts long, by tenant. */
export class LongRunning {
  readonly #counts = new Map<string, number>();

  /** Counts one more. False, and nothing is counted, if the tenant has that many already. */
  begin(tenantId: string, most: number): boolean {
    const count = this.#counts.get(tenantId) ?? 0;
    if (count >= most) return false;
    this.#counts.set(tenantId, count + 1);
    return true;
  }

  end(tenantId: string): void {
    const count = (this.#counts.get(tenantId) ?? 1) - 1;
    if (count > 0) this.#counts.set(tenantId, count);
    else this.#counts.delete(tenantId);
  }
}
