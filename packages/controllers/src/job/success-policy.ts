import type { SuccessPolicy } from '@berth/kinds';
import { IndexSet } from './index-set.ts';

/** Says which rule of the success policy the succeeded indexes fulfil; undefined while none. */
export function matchSuccessPolicy(
  policy: SuccessPolicy | undefined,
  succeeded: IndexSet,
  completions: number,
): string | undefined {
  if (succeeded.size === 0) return undefined;
  const index = (policy?.rules ?? []).findIndex(({ succeededIndexes, succeededCount }) => {
    if (succeededIndexes === undefined)
      return succeededCount !== undefined && succeeded.size >= succeededCount;
    const required = IndexSet.parse(succeededIndexes, completions);
    if (required.size === 0) return false;
    const shared = required.countShared(succeeded);
    return shared === required.size || (succeededCount !== undefined && shared >= succeededCount);
  });
  return index < 0 ? undefined : `Matched rules at index ${index}`;
}
