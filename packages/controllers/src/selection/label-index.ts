import { type KubeObject, type LabelRequirement, matchesLabels } from '@berth/machinery';

const none: readonly never[] = [];

/** Objects by their labels, so that a selector looks at no more objects than share one label with it. */
export class LabelIndex<T extends KubeObject = KubeObject> {
  readonly objects: readonly T[];
  /** Made at the first selector that asks for a value. */
  #byLabel: ReadonlyMap<string, readonly T[]> | undefined;

  constructor(objects: readonly T[]) {
    this.objects = objects;
  }

  /** The objects that meet all requirements, in the order in which they were given. */
  matching(requirements: readonly LabelRequirement[]): readonly T[] {
    return this.#candidates(requirements).filter((object) =>
      matchesLabels(object.metadata.labels, requirements),
    );
  }

  /** The objects of the rarest label that the selector asks for; all where it asks for none. */
  #candidates(requirements: readonly LabelRequirement[]): readonly T[] {
    let fewest = this.objects;
    if (fewest.length === 0) return fewest;
    for (const requirement of requirements) {
      const label = requiredLabel(requirement);
      if (label === undefined) continue;
      this.#byLabel ??= byLabel(this.objects);
      const sharing = this.#byLabel.get(label) ?? none;
      if (sharing.length < fewest.length) fewest = sharing;
    }
    return fewest;
  }
}

/** The one label, `key=value`, without which nothing meets the requirement; undefined if there are several ways. */
export function requiredLabel({ key, operator, values }: LabelRequirement): string | undefined {
  const [value] = values;
  const isOne = (operator === '=' || operator === 'in') && values.length === 1;
  return isOne && value !== undefined ? `${key}=${value}` : undefined;
}

function byLabel<T extends KubeObject>(objects: readonly T[]): ReadonlyMap<string, readonly T[]> {
  const index = new Map<string, T[]>();
  for (const object of objects) {
    for (const [key, value] of Object.entries(object.metadata.labels ?? {})) {
      const label = `${key}=${value}`;
      const sharing = index.get(label);
      if (sharing) sharing.push(object);
      else index.set(label, [object]);
    }
  }
  return index;
}
