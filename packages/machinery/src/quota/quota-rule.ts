import type { ObjectUsage } from './object-usage.ts';

/** A quota as the store judges by it. */
export interface QuotaRule {
  /** An object is subject to the quota if all of them select it. */
  readonly scopes: readonly ScopeRule[];
  /** In order of their resources. */
  readonly hard: readonly HardLimit[];
}

/** Selects objects by their tags: at least one of `any`, and none of `none`. */
export interface ScopeRule {
  readonly any: readonly string[];
  readonly none: readonly string[];
}

export interface HardLimit {
  /** The name that the quota gives it: `cpu`. */
  readonly resource: string;
  /** The counter behind the name: `requests.cpu`. */
  readonly counter: string;
  readonly quantity: string;
}

/** Whether the object's usage counts for a quota with these scopes. */
export function isSelected(scopes: readonly ScopeRule[], { tags }: ObjectUsage): boolean {
  return scopes.every(
    ({ any, none }) => any.some((tag) => tags.includes(tag)) && !none.some((tag) => tags.includes(tag)),
  );
}
