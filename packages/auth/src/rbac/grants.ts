import { goQuote } from '@berth/machinery';
import type { PolicyBinding, PolicyRule, PolicySubject } from './policy-objects.ts';
import { RuleIndex, type Sought } from './rule-index.ts';

/** The rules of one role. Shared by all who are bound to it. */
export interface RoleRules {
  readonly rules: readonly PolicyRule[];
  /** Made at the first decision that needs it. */
  readonly index: () => RuleIndex;
}

/** One binding of one subject. */
export interface Grant {
  /** Bindings are ordered, and within one its subjects: of several grants that allow a request, the first is named. */
  readonly place: number;
  readonly binding: PolicyBinding;
  readonly subject: PolicySubject;
  /** The role, or why there is none. */
  readonly role: RoleRules | { readonly missing: string };
}

/** More roles than that are searched together. */
const searchedOneByOne = 16;

/** Everything that is granted to one subject in one scope (a namespace, or the cluster). */
export class SubjectGrants {
  readonly grants: Grant[] = [];
  #merged: { readonly index: RuleIndex; readonly byPlace: ReadonlyMap<number, Grant> } | undefined;

  /** The first grant that allows the request. Takes a few look-ups, however many grants there are. */
  find(sought: Sought): Grant | undefined {
    if (this.grants.length > searchedOneByOne) {
      const { index, byPlace } = (this.#merged ??= merged(this.grants));
      return byPlace.get(index.find(sought));
    }
    return this.grants.find(({ role }) => 'rules' in role && role.index().find(sought) < Infinity);
  }

  /** Forgets what it made for {@link find}. */
  forget(): void {
    this.#merged = undefined;
  }

  get isMerged(): boolean {
    return this.#merged !== undefined;
  }
}

function merged(grants: readonly Grant[]) {
  const index = new RuleIndex();
  for (const { role, place } of grants) if ('rules' in role) index.add(role.rules, place);
  return { index, byPlace: new Map(grants.map((grant) => [grant.place, grant])) };
}

/** Upstream's words for why a request is allowed. */
export function allowedBy({ binding, subject }: Grant): string {
  const { roleRef, metadata } = binding;
  const { name, namespace = '' } = metadata;
  const bound =
    namespace === ''
      ? `ClusterRoleBinding ${goQuote(name)}`
      : `RoleBinding ${goQuote(`${name}/${namespace}`)}`;
  const role = `${roleRef.kind} ${goQuote(roleRef.name)}`;
  return `RBAC: allowed by ${bound} of ${role} to ${subjectText(subject, namespace)}`;
}

function subjectText({ kind, name, namespace }: PolicySubject, bindingNamespace: string): string {
  if (kind !== 'ServiceAccount') return `${kind} ${goQuote(name)}`;
  return `${kind} ${goQuote(`${name}/${namespace || bindingNamespace}`)}`;
}
