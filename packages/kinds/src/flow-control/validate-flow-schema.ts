import {
  checkDns1123Subdomain,
  type FieldError,
  invalid,
  type FieldPath,
  type KubeObject,
  notSupported,
  path,
  required,
  semanticEqual,
} from '@berth/machinery';
import type { FlowSchema } from '../generated/api-types.ts';
import { bootstrapObject, mandatoryFlowControlNames } from './bootstrap-objects.ts';
import { validateConditions } from './validate-conditions.ts';
import { validateFlowRule } from './validate-flow-rule.ts';

type Spec = Partial<NonNullable<FlowSchema['spec']>>;

const highestPrecedence = 10_000;
const distinguisherMethods: readonly string[] = ['ByNamespace', 'ByUser'];

/** In upstream's words. */
export function validateFlowSchema(object: KubeObject): readonly FieldError[] {
  const { metadata } = object;
  const spec: Spec = (object as FlowSchema).spec ?? {};
  const at = path('spec');
  return [
    ...validatePrecedence(spec.matchingPrecedence ?? 0, metadata.name, at.child('matchingPrecedence')),
    ...validateDistinguisher(spec, at),
    ...validateLevel(spec, at.child('priorityLevelConfiguration', 'name')),
    ...(spec.rules ?? []).flatMap((rule, index) => validateFlowRule(rule, at.child('rules').index(index))),
    ...validateMandatory(object, spec),
    ...validateConditions(object),
  ];
}

function validatePrecedence(precedence: number, name: string, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (precedence <= 0) errors.push(invalid(at, precedence, 'must be a positive value'));
  if (precedence > highestPrecedence) {
    errors.push(invalid(at, precedence, `must not be greater than ${highestPrecedence}`));
  }
  if (precedence === 1 && name !== 'exempt') {
    const detail = "only the schema named 'exempt' may have matchingPrecedence 1";
    errors.push(invalid(at, precedence, detail));
  }
  return errors;
}

function validateDistinguisher({ distinguisherMethod }: Spec, at: FieldPath): FieldError[] {
  if (!distinguisherMethod || distinguisherMethods.includes(distinguisherMethod.type)) return [];
  return [notSupported(at.child('distinguisherMethod', 'type'), distinguisherMethod, distinguisherMethods)];
}

function validateLevel({ priorityLevelConfiguration }: Spec, at: FieldPath): FieldError[] {
  const name = priorityLevelConfiguration?.name ?? '';
  if (name === '') return [required(at, 'must reference a priority level')];
  return checkDns1123Subdomain(name).map((problem) => invalid(at, name, problem));
}

function validateMandatory({ metadata: { name } }: KubeObject, spec: Spec): FieldError[] {
  if (!mandatoryFlowControlNames.has(name)) return [];
  const fixed = bootstrapObject('FlowSchema', name) as FlowSchema | undefined;
  if (semanticEqual(spec, fixed?.spec)) return [];
  return [invalid(path('spec'), spec, `spec of '${name}' must equal the fixed value`)];
}
