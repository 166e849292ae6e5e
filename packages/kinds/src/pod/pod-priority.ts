/** The classes that every cluster has; others are objects, which Berth does not serve yet. */
const systemClasses: ReadonlyMap<string, number> = new Map([
  ['system-node-critical', 2_000_001_000],
  ['system-cluster-critical', 2_000_000_000],
]);

/** The priority of pods of a class: 0 without one. Undefined for a class that does not exist. */
export function priorityOfClass(className: string | undefined): number | undefined {
  return className ? systemClasses.get(className) : 0;
}
