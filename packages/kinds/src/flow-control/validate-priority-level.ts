import {
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  type KubeObject,
  notSupported,
  path,
  required,
  semanticEqual,
} from '@berth/machinery';
import type { PriorityLevelConfiguration } from '../generated/api-types.ts';
import { bootstrapObject, mandatoryFlowControlNames } from './bootstrap-objects.ts';
import { validateConditions } from './validate-conditions.ts';

type Spec = Partial<NonNullable<PriorityLevelConfiguration['spec']>>;
type Limited = NonNullable<Spec['limited']>;
type Exempt = NonNullable<Spec['exempt']>;
type LimitResponse = NonNullable<Limited['limitResponse']>;

const mostQueues = 10_000_000;
/** Bits of a flow's hash that dealing a hand may use up. */
const mostHashBits = 60;
const notNegative = 'must be a non-negative integer';

/** In upstream's words. */
export function validatePriorityLevel(object: KubeObject): readonly FieldError[] {
  const { name } = object.metadata;
  const spec: Spec = (object as PriorityLevelConfiguration).spec ?? {};
  const at = path('spec');
  const errors: FieldError[] = [];
  if ((name === 'exempt') !== (spec.type === 'Exempt')) {
    const detail = "type must be 'Exempt' if and only if name is 'exempt'";
    errors.push(invalid(at.child('type'), spec.type ?? '', detail));
  }
  return [
    ...errors,
    ...validateByType(spec, at),
    ...validateMandatory(name, spec),
    ...validateConditions(object),
  ];
}

function validateByType({ type = '', limited, exempt }: Spec, at: FieldPath): FieldError[] {
  if (type === 'Exempt') {
    const detail = 'must be nil if the type is not Limited';
    return [
      ...(limited === undefined ? [] : [forbidden(at.child('limited'), detail)]),
      ...(exempt === undefined ? [] : validateExempt(exempt, at.child('exempt'))),
    ];
  }
  if (type === 'Limited') {
    const needed = required(at.child('limited'), 'must not be empty when type is Limited');
    return [
      ...(exempt === undefined ? [] : [forbidden(at.child('exempt'), 'must be nil if the type is Limited')]),
      ...(limited === undefined ? [needed] : validateLimited(limited, at.child('limited'))),
    ];
  }
  return [notSupported(at.child('type'), type, ['Exempt', 'Limited'])];
}

function validateExempt({ nominalConcurrencyShares, lendablePercent }: Exempt, at: FieldPath): FieldError[] {
  return [
    ...checkNotNegative(nominalConcurrencyShares, at.child('nominalConcurrencyShares'), notNegative),
    ...checkPercent(lendablePercent, at.child('lendablePercent')),
  ];
}

function validateLimited(limited: Limited, at: FieldPath): FieldError[] {
  const { nominalConcurrencyShares, limitResponse, lendablePercent, borrowingLimitPercent } = limited;
  return [
    ...checkNotNegative(nominalConcurrencyShares, at.child('nominalConcurrencyShares'), notNegative),
    ...validateLimitResponse(limitResponse, at.child('limitResponse')),
    ...checkPercent(lendablePercent, at.child('lendablePercent')),
    ...checkNotNegative(
      borrowingLimitPercent,
      at.child('borrowingLimitPercent'),
      `if specified, ${notNegative}`,
    ),
  ];
}

function checkNotNegative(value: number | undefined, at: FieldPath, detail: string): FieldError[] {
  return value !== undefined && value < 0 ? [invalid(at, value, detail)] : [];
}

function checkPercent(value: number | undefined, at: FieldPath): FieldError[] {
  if (value === undefined || (value >= 0 && value <= 100)) return [];
  return [invalid(at, value, 'must be between 0 and 100, inclusive')];
}

function validateLimitResponse(response: LimitResponse | undefined, at: FieldPath): FieldError[] {
  const { type = '', queuing } = response ?? {};
  const queuingAt = at.child('queuing');
  if (type === 'Reject') {
    const detail = 'must be nil if limited.limitResponse.type is not Limited';
    return queuing === undefined ? [] : [forbidden(queuingAt, detail)];
  }
  if (type === 'Queue') {
    const detail = 'must not be empty if limited.limitResponse.type is Limited';
    return queuing === undefined ? [required(queuingAt, detail)] : validateQueuing(queuing, queuingAt);
  }
  return [notSupported(at.child('type'), type, ['Queue', 'Reject'])];
}

function validateQueuing(queuing: NonNullable<LimitResponse['queuing']>, at: FieldPath): FieldError[] {
  const { queues = 0, handSize = 0, queueLengthLimit = 0 } = queuing;
  const errors: FieldError[] = [];
  if (queueLengthLimit <= 0) {
    errors.push(invalid(at.child('queueLengthLimit'), queueLengthLimit, 'must be positive'));
  }
  if (queues <= 0) errors.push(invalid(at.child('queues'), queues, 'must be positive'));
  if (queues > mostQueues) {
    errors.push(invalid(at.child('queues'), queues, `must not be greater than ${mostQueues}`));
  }
  const problem = handSizeProblem(queues, handSize);
  return problem === undefined ? errors : [...errors, invalid(at.child('handSize'), handSize, problem)];
}

function handSizeProblem(queues: number, handSize: number): string | undefined {
  if (handSize <= 0) return 'must be positive';
  if (handSize > queues) return `should not be greater than queues (${queues})`;
  if (Math.ceil(Math.log2(queues) * handSize) <= mostHashBits) return undefined;
  return `required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than ${mostHashBits}`;
}

/** Of `exempt`, the share may be changed; everything else of the mandatory levels is fixed. */
function validateMandatory(name: string, spec: Spec): FieldError[] {
  if (!mandatoryFlowControlNames.has(name)) return [];
  const fixed = (bootstrapObject('PriorityLevelConfiguration', name) as PriorityLevelConfiguration).spec;
  if (name !== 'exempt') {
    if (semanticEqual(spec, fixed)) return [];
    return [invalid(path('spec'), spec, `spec of '${name}' must equal the fixed value`)];
  }
  if (semanticEqual({ ...spec, exempt: undefined }, { ...fixed, exempt: undefined })) return [];
  const detail = `spec of '${name}' except the 'spec.exempt' field must equal the fixed value`;
  return [invalid(path('spec'), spec, detail)];
}
