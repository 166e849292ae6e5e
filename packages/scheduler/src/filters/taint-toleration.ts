import type { Taint, Toleration } from '@berth/kinds';
import { type Filter, unresolvable } from './filter.ts';

const untolerated = unresolvable('node(s) had untolerated taint(s)');

/** Taints of effect NoSchedule and NoExecute that the pod does not tolerate. */
export const taintToleration: Filter = {
  name: 'TaintToleration',
  prepare: ({ tolerations }, { nodes }) => {
    if (!nodes.some(({ facts }) => facts.hardTaints.length > 0)) return undefined;
    return {
      check: ({ facts }) =>
        facts.hardTaints.every((taint) => tolerates(tolerations, taint)) ? undefined : untolerated,
    };
  },
};

export function tolerates(tolerations: readonly Toleration[], taint: Taint): boolean {
  return tolerations.some((toleration) => toleratesTaint(toleration, taint));
}

/** https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/ */
function toleratesTaint(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  const { operator = 'Equal' } = toleration;
  if (operator === 'Exists') return true;
  if (operator === 'Equal')
    return toleration.key !== undefined && (toleration.value ?? '') === (taint.value ?? '');
  return compareIntegers(
    taint.value,
    toleration.value,
    operator === 'Gt' ? (a, b) => a > b : (a, b) => a < b,
  );
}

function compareIntegers(
  left: string | undefined,
  right: string | undefined,
  holds: (a: bigint, b: bigint) => boolean,
): boolean {
  const integer = /^-?\d+$/;
  if (left === undefined || right === undefined || !integer.test(left) || !integer.test(right)) return false;
  return holds(BigInt(left), BigInt(right));
}
