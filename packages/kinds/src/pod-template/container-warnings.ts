import { type FieldPath, goQuote } from '@berth/machinery';
import type { Container, EnvVar } from '../generated/api-types.ts';
import { fractionalBytesWarnings } from './fractional-bytes-warnings.ts';
import { fieldWarning } from './field-warning.ts';

export function containerWarnings({ resources, env }: Container, at: FieldPath): string[] {
  const amounts = ['memory', 'ephemeral-storage'].flatMap((name) =>
    (['limits', 'requests'] as const).map((kind) => ({
      amount: resources?.[kind]?.[name],
      at: at.child('resources', kind).key(name),
    })),
  );
  return [
    ...amounts.flatMap((field) => fractionalBytesWarnings(field.amount, field.at)),
    ...hiddenVariableWarnings(env ?? [], at.child('env')),
  ];
}

/** A variable that is given twice, and not to extend itself: `PATH=$(PATH):/more`. */
function hiddenVariableWarnings(variables: readonly EnvVar[], at: FieldPath): string[] {
  const seen = new Set<string>();
  return variables.flatMap(({ name, value = '', valueFrom }, index) => {
    const isRepeated = seen.has(name);
    seen.add(name);
    const self = `$(${name})`;
    if (!isRepeated || (!valueFrom && value !== self && value.includes(self))) return [];
    const detail = 'which may be dropped when using apply';
    return [fieldWarning(at.index(index), `hides previous definition of ${goQuote(name)}, ${detail}`)];
  });
}
