import type { LabelSelector } from '../generated/api-types.ts';

/** A selector as tables show it: `app=web,tier in (a,b),!old`; `<none>` for none, `<error>` for an invalid one. */
export function formatLabelSelector(selector: LabelSelector | undefined): string {
  const requirements = [
    ...Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => ({ key, text: `${key}=${value}` })),
    ...(selector?.matchExpressions ?? []).map(({ key, operator, values = [] }) => ({
      key,
      text: expressionText(key, operator, values),
    })),
  ];
  if (requirements.some(({ text }) => text === undefined)) return '<error>';
  const sorted = requirements.sort((left, right) =>
    left.key < right.key ? -1 : left.key > right.key ? 1 : 0,
  );
  return sorted.map(({ text }) => text).join(',') || '<none>';
}

function expressionText(key: string, operator: string, values: readonly string[]): string | undefined {
  const list = `(${[...values].sort().join(',')})`;
  switch (operator) {
    case 'In':
      return `${key} in ${list}`;
    case 'NotIn':
      return `${key} notin ${list}`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    default:
      return undefined;
  }
}
