import type { PolicyRule } from '../generated/api-types.ts';

const all = '*';

/**
 * What of the wanted rules the held ones do not allow, broken down to one verb on one resource of one group with at most
 * one name, or on one path. Nothing if they allow all of it.
 *
 * As upstream: a part is covered by one held rule or not at all.
 */
export function uncoveredRules(held: readonly HeldRule[], wanted: readonly HeldRule[]): PolicyRule[] {
  return wanted.flatMap(partsOf).filter((part) => !held.some((rule) => coversPart(rule, part)));
}

/** A rule that is only looked at. */
type HeldRule = { readonly [Field in keyof PolicyRule]: Readonly<PolicyRule[Field]> };

interface ResourcePart {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  /** Undefined: every object. */
  readonly name: string | undefined;
}

function partsOf(rule: HeldRule): PolicyRule[] {
  const { verbs, apiGroups, resources, resourceNames, nonResourceURLs } = rule;
  const onResources = (apiGroups ?? []).flatMap((group) =>
    (resources ?? []).flatMap((resource) =>
      (verbs ?? []).flatMap((verb) => {
        const names = resourceNames?.length ? resourceNames : [undefined];
        return names.map((name) => resourceRule({ verb, group, resource, name }));
      }),
    ),
  );
  const onPaths = (nonResourceURLs ?? []).flatMap((url) =>
    (verbs ?? []).map((verb): PolicyRule => ({ verbs: [verb], nonResourceURLs: [url] })),
  );
  return [...onResources, ...onPaths];
}

function resourceRule({ verb, group, resource, name }: ResourcePart): PolicyRule {
  return {
    verbs: [verb],
    apiGroups: [group],
    resources: [resource],
    ...(name !== undefined && { resourceNames: [name] }),
  };
}

function coversPart(held: HeldRule, part: PolicyRule): boolean {
  if (!hasAllOrStar(held.verbs, part.verbs)) return false;
  const [url] = part.nonResourceURLs ?? [];
  if (url !== undefined) return (held.nonResourceURLs ?? []).some((owned) => coversPath(owned, url));
  return (
    hasAllOrStar(held.apiGroups, part.apiGroups) &&
    (part.resources ?? []).every((resource) => coversResource(held.resources ?? [], resource)) &&
    coversNames(held.resourceNames ?? [], part.resourceNames ?? [])
  );
}

function hasAllOrStar(held: readonly string[] | undefined, wanted: readonly string[] | undefined): boolean {
  return (held ?? []).includes(all) || (wanted ?? []).every((one) => held?.includes(one) ?? false);
}

function coversResource(held: readonly string[], wanted: string): boolean {
  if (held.includes(all) || held.includes(wanted)) return true;
  const slash = wanted.indexOf('/');
  return slash >= 0 && held.includes(`${all}${wanted.slice(slash)}`);
}

function coversNames(held: readonly string[], wanted: readonly string[]): boolean {
  if (held.length === 0) return true;
  return wanted.length > 0 && wanted.every((name) => held.includes(name));
}

function coversPath(held: string, wanted: string): boolean {
  return held === wanted || (held.endsWith(all) && wanted.startsWith(held.replace(/\*+$/, '')));
}
