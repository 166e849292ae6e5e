const shape = /^v(\d+)(?:(alpha|beta)(\d+))?$/;
const stages = ['alpha', 'beta', undefined];

/**
 * Orders versions by preference: stable before beta before alpha, newer before older, others last and by name.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/#version-priority
 */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [rank(left), rank(right)];
  if (!a || !b) return a ? -1 : b ? 1 : left < right ? -1 : Number(left > right);
  for (const [index, part] of a.entries()) {
    const difference = (b[index] ?? 0) - part;
    if (difference !== 0) return difference;
  }
  return 0;
}

function rank(version: string): readonly number[] | undefined {
  const match = shape.exec(version);
  if (!match) return undefined;
  const [, major, stage, minor = '0'] = match;
  return [stages.indexOf(stage), Number(major), Number(minor)];
}
