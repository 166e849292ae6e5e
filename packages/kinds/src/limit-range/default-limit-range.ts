import type { KubeObject } from '@berth/machinery';
import type { LimitRange, LimitRangeItem } from '../generated/api-types.ts';

/**
 * What a limit on containers leaves out follows from the rest: the default limit from the maximum, the default request
 * from the default limit, or else from the minimum.
 */
export function defaultLimitRange(object: KubeObject): KubeObject {
  const { spec, ...rest }: LimitRange = object as LimitRange;
  if (!spec?.limits?.some(isOfContainers)) return object;
  return { ...rest, spec: { ...spec, limits: spec.limits.map(withDefaults) } };
}

function isOfContainers({ type }: LimitRangeItem): boolean {
  return type === 'Container';
}

function withDefaults(item: LimitRangeItem): LimitRangeItem {
  if (!isOfContainers(item)) return item;
  const limits = { ...item.max, ...item.default };
  const requests = { ...item.min, ...limits, ...item.defaultRequest };
  return {
    ...item,
    ...(Object.keys(limits).length > 0 && { default: limits }),
    ...(Object.keys(requests).length > 0 && { defaultRequest: requests }),
  };
}
