import {
  checkCidr,
  checkLabelValue,
  checkQualifiedName,
  cidrVersion,
  compareQuantities,
  duplicate,
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  notSupported,
  parseQuantity,
  path,
  required,
} from '@berth/machinery';
import type { Node, Taint } from '../generated/api-types.ts';

/** Rules of a node's spec and of the status that it may bring along. */
export function validateNode(node: Node): FieldError[] {
  return [...validateTaints(node), ...validateResources(node), ...validatePodCidrs(node)];
}

/** What may not change; for updates of the spec and of the status alike. */
export function validateNodeUpdate(next: Node, current: Node): FieldError[] {
  return [
    ...validateResources(next),
    ...validateAddresses(next),
    ...validateSetOnce(next, current),
    ...validateTaints(next),
  ];
}

/** Upstream gives taints the path of metadata. */
function validateTaints(node: Node): FieldError[] {
  const seen = new Set<string>();
  return (node.spec?.taints ?? []).flatMap((taint, index) => {
    const at = path('metadata', 'taints').index(index);
    const errors = validateTaint(taint, at);
    const identity = `${taint.effect} ${taint.key}`;
    if (seen.has(identity)) {
      errors.push({ ...duplicate(at, taint), detail: 'taints must be unique by key and effect pair' });
    }
    seen.add(identity);
    return errors;
  });
}

const taintEffects: readonly string[] = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

function validateTaint(taint: Taint, at: FieldPath): FieldError[] {
  const { key, effect } = taint;
  const value = taint.value ?? '';
  const errors = checkQualifiedName(key).map((problem) => invalid(at.child('key'), key, problem));
  const valueProblems = checkLabelValue(value);
  if (valueProblems.length > 0) errors.push(invalid(at.child('value'), value, valueProblems.join(';')));
  if (!effect) errors.push(required(at.child('effect')));
  else if (!taintEffects.includes(effect))
    errors.push(notSupported(at.child('effect'), effect, taintEffects));
  return errors;
}

function validateResources({ status }: Node): FieldError[] {
  return (['capacity', 'allocatable'] as const).flatMap((list) =>
    Object.entries(status?.[list] ?? {}).flatMap(([name, quantity]) =>
      validateResource(name, quantity, path('status', list, name)),
    ),
  );
}

function validateResource(name: string, quantity: string, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (compareQuantities(quantity, '0') < 0) {
    errors.push(invalid(at, quantity, 'must be greater than or equal to 0'));
  }
  const mustBeWhole = name === 'pods' || isExtendedResource(name);
  if (mustBeWhole && parseQuantity(quantity).nanos % 1_000_000_000n !== 0n) {
    errors.push(invalid(at, quantity, 'must be an integer'));
  }
  return errors;
}

/** Named by a domain that is not Kubernetes' own: `example.com/gpu`. */
function isExtendedResource(name: string): boolean {
  return name.includes('/') && !name.split('/', 1)[0]?.endsWith('kubernetes.io');
}

function validatePodCidrs({ spec }: Node): FieldError[] {
  const at = path('spec', 'podCIDRs');
  const cidrs = spec?.podCIDRs ?? [];
  const errors = cidrs.flatMap((cidr, index) =>
    checkCidr(cidr).map((problem) => invalid(at.index(index), cidr, problem)),
  );
  const families = new Set(cidrs.map(cidrVersion));
  if (cidrs.length > 1 && (families.size !== 2 || cidrs.length > 2)) {
    errors.push(invalid(at, cidrs, 'may specify no more than one CIDR for each IP family'));
  }
  for (const [index, cidr] of cidrs.entries()) {
    if (cidrs.indexOf(cidr) < index) errors.push(duplicate(at.index(index), cidr));
  }
  return errors;
}

function validateAddresses({ status }: Node): FieldError[] {
  const seen = new Set<string>();
  return (status?.addresses ?? []).flatMap((address, index) => {
    const identity = `${address.type} ${address.address}`;
    const isRepeated = seen.has(identity);
    seen.add(identity);
    return isRepeated ? [duplicate(path('status', 'addresses').index(index), address)] : [];
  });
}

function validateSetOnce(next: Node, current: Node): FieldError[] {
  const errors: FieldError[] = [];
  const [cidrs, currentCidrs] = [next.spec?.podCIDRs ?? [], current.spec?.podCIDRs ?? []];
  if (currentCidrs.length > 0 && cidrs.join() !== currentCidrs.join()) {
    const detail = 'node updates may not change podCIDR except from "" to valid';
    errors.push(forbidden(path('spec', 'podCIDRs'), detail));
  }
  if (current.spec?.providerID && next.spec?.providerID !== current.spec.providerID) {
    const detail = 'node updates may not change providerID except from "" to valid';
    errors.push(forbidden(path('spec', 'providerID'), detail));
  }
  if ((next.spec?.externalID ?? '') !== (current.spec?.externalID ?? '')) {
    errors.push(forbidden(path('spec', 'externalID'), 'may not be updated'));
  }
  return errors;
}
