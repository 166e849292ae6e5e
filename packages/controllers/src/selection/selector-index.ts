import { type KubeObject, type LabelRequirement, type Labels, matchesLabels } from '@berth/machinery';
import { requiredLabel } from './label-index.ts';

/** What an object selects by; undefined if it selects nothing. */
export type SelectorOf<T extends KubeObject> = (object: T) => readonly LabelRequirement[] | undefined;

/** Objects by what they select, so that labels are compared with no more selectors than name one of them. */
export class SelectorIndex<T extends KubeObject> {
  readonly #byLabel = new Map<string, T[]>();
  /** Those whose selector names no label with its value. */
  readonly #others: T[] = [];
  readonly #selectorOf: SelectorOf<T>;

  constructor(objects: readonly T[], selectorOf: SelectorOf<T>) {
    this.#selectorOf = selectorOf;
    for (const object of objects) this.#add(object);
  }

  /** The objects whose selector these labels meet. */
  selecting(labels: Labels): readonly T[] {
    const found = this.#others.filter((object) => this.#selects(object, labels));
    if (this.#byLabel.size === 0) return found;
    for (const [key, value] of Object.entries(labels ?? {})) {
      for (const object of this.#byLabel.get(`${key}=${value}`) ?? []) {
        if (this.#selects(object, labels)) found.push(object);
      }
    }
    return found;
  }

  #add(object: T): void {
    const requirements = this.#selectorOf(object);
    if (requirements === undefined) return;
    let label: string | undefined;
    for (const requirement of requirements) label ??= requiredLabel(requirement);
    if (label === undefined) this.#others.push(object);
    else if (this.#byLabel.has(label)) this.#byLabel.get(label)?.push(object);
    else this.#byLabel.set(label, [object]);
  }

  #selects(object: T, labels: Labels): boolean {
    const requirements = this.#selectorOf(object);
    return requirements !== undefined && matchesLabels(labels, requirements);
  }
}
