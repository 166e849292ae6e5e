/** Which objects something is derived from. */
export interface DerivationSource<T> {
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly list: () => readonly T[];
}

/** Remembers what was made of lists of objects, until an object of their resource changes. */
export class DerivationMemo {
  /** By resource, then by namespace, then by what made it. */
  readonly #made = new Map<string, Map<string | undefined, Map<unknown, unknown>>>();

  get<T, D>(make: (objects: readonly T[]) => D, { resource, namespace, list }: DerivationSource<T>): D {
    let places = this.#made.get(resource);
    if (!places) this.#made.set(resource, (places = new Map()));
    let derived = places.get(namespace);
    if (!derived) places.set(namespace, (derived = new Map()));
    // What a function made is of the type that it makes.
    if (derived.has(make)) return derived.get(make) as D;
    const result = make(list());
    derived.set(make, result);
    return result;
  }

  /** What was made of objects of this namespace, or of all namespaces, is no longer true. */
  forget(resource: string, namespace: string): void {
    const places = this.#made.get(resource);
    places?.delete(namespace);
    places?.delete(undefined);
  }
}
