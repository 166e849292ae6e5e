import {
  badRequestError,
  generateName,
  invalidError,
  type KubeObject,
  nameIsDnsSubdomain,
  toTime,
  validateObjectMeta,
} from '@berth/machinery';
import type { KindDefinition } from '../kind-definition.ts';
import { groupKind } from '../registry/resource-name.ts';
import { admissionsOf, fillIn, requireAdmitted } from './admission.ts';
import { assigned } from './assignment-room.ts';
import { withMetadata } from './metadata.ts';
import type { LifecycleContext, Mutation } from './mutation.ts';

/**
 * Makes a new object of what a request asks for: generated name, uid and creation time, defaults, what the namespace's
 * policies add; then validation, and the policies' consent.
 *
 * @throws StatusError `BadRequest` for a `resourceVersion`, `Invalid` for all that is wrong with the object, `Forbidden`
 *   if a policy of the namespace refuses it.
 */
export function beforeCreate(kind: KindDefinition, object: KubeObject, context: LifecycleContext): Mutation {
  if (object.metadata.resourceVersion) {
    throw badRequestError('resourceVersion should not be set on objects to be created');
  }
  const named = withMetadata(object, {
    name: nameOf(object, context),
    uid: context.newUid(),
    creationTimestamp: toTime(context.now),
    generation: kind.hasGeneration ? 1 : undefined,
    resourceVersion: undefined,
    deletionTimestamp: undefined,
    deletionGracePeriodSeconds: undefined,
    selfLink: undefined,
  });
  const judging = admissionsOf(kind, named, context);
  const defaulted = kind.strategy.applyDefaults(named);
  const made = kind.strategy.prepareForCreate(fillIn(defaulted, judging));
  const prepared = assigned(kind, { object: made, current: undefined }, context);

  const rules = { namespaced: kind.scope === 'Namespaced', nameRule: kind.nameRule ?? nameIsDnsSubdomain };
  const errors = [...validateObjectMeta(prepared.metadata, rules), ...kind.strategy.validateCreate(prepared)];
  if (errors.length > 0) throw invalidError(groupKind(kind), prepared.metadata.name, errors);
  requireAdmitted(kind, prepared, judging);
  return { effect: 'write', object: prepared };
}

function nameOf({ metadata }: KubeObject, context: LifecycleContext): string {
  if (metadata.name) return metadata.name;
  return metadata.generateName ? generateName(metadata.generateName, context.newNameSuffix) : '';
}
