import { keepDefaults } from '@berth/kinds';
import type { Action, Reconciler } from '../reconciler.ts';
import { keyOf } from '../turn/base-view.ts';
import { keptObject } from './kept-objects.ts';

/**
 * Puts back what is taken from the roles and bindings that every cluster has.
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#auto-reconciliation
 */
export const defaultPolicyController: Reconciler = {
  name: 'default-policy-controller',
  keysOf: ({ resource, before, after }, { registry }) => {
    const object = after ?? before;
    if (object === undefined) return [];
    const key = keyOf(resource, object);
    return keptObject(key, registry) === undefined ? [] : [key];
  },
  reconcile: (key, view): readonly Action[] => {
    const kept = keptObject(key, view.registry);
    if (kept === undefined) return [];
    const object = view.get(key);
    if (object === undefined) return [{ type: 'create', object: kept }];
    if (object.metadata.deletionTimestamp) return [];
    const whole = keepDefaults(object, kept);
    return whole === object ? [] : [{ type: 'update', object: whole }];
  },
};
