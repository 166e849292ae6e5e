import { goQuote } from '@berth/machinery';
import { aggregateErrors, type RuleSubject } from '@berth/auth';
import type { PolicyRule } from '@berth/kinds';

/** Upstream's words for an attempt to grant what one does not hold. */
export function escalationMessage(
  { username, groups }: RuleSubject,
  missing: readonly PolicyRule[],
  errors: readonly string[],
): string {
  const who = `user ${goQuote(username)} (groups=[${groups.map(goQuote).join(' ')}])`;
  const what = [...new Set(compacted(missing).map(compactRule))].sort().join('\n');
  const resolution = errors.length === 0 ? '' : `; resolution errors: [${aggregateErrors(errors)}]`;
  return `${who} is attempting to grant RBAC permissions not currently held:\n${what}${resolution}`;
}

/** Parts that differ by their verb alone become one rule. */
function compacted(parts: readonly PolicyRule[]): readonly PolicyRule[] {
  const simple = new Map<string, PolicyRule>();
  const others: PolicyRule[] = [];
  for (const part of parts) {
    if (part.resourceNames?.length || part.nonResourceURLs?.length) {
      others.push(part);
      continue;
    }
    const key = JSON.stringify([part.apiGroups, part.resources]);
    const known = simple.get(key);
    simple.set(key, known === undefined ? part : { ...known, verbs: [...known.verbs, ...part.verbs] });
  }
  return [...others, ...simple.values()];
}

/** `{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}` */
function compactRule(rule: PolicyRule): string {
  const fields: ReadonlyArray<readonly [string, readonly string[] | undefined]> = [
    ['APIGroups', rule.apiGroups],
    ['Resources', rule.resources],
    ['NonResourceURLs', rule.nonResourceURLs],
    ['ResourceNames', rule.resourceNames],
    ['Verbs', rule.verbs],
  ];
  const shown = fields.flatMap(([name, values]) =>
    values?.length ? [`${name}:[${values.map(goQuote).join(' ')}]`] : [],
  );
  return `{${shown.join(', ')}}`;
}
