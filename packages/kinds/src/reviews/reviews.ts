import type { KindDefinition } from '../kind-definition.ts';
import { noErrors, unchanged } from '../strategy/unchanged.ts';

/** `kubectl auth whoami` */
export const selfSubjectReview = review('SelfSubjectReview', 'authentication');

/** `kubectl auth can-i` */
export const selfSubjectAccessReview = review('SelfSubjectAccessReview', 'authorization');

/** `kubectl auth can-i --list` */
export const selfSubjectRulesReview = review('SelfSubjectRulesReview', 'authorization');

/** Whose token is this? What servers ask that authenticate by the cluster's tokens. */
export const tokenReview: KindDefinition = {
  ...review('TokenReview', 'authentication'),
  // The token.
  holdsSecrets: true,
};

/** May this user do that? */
export const subjectAccessReview = review('SubjectAccessReview', 'authorization');

/** May this user do that in this namespace? */
export const localSubjectAccessReview: KindDefinition = {
  ...review('LocalSubjectAccessReview', 'authorization'),
  scope: 'Namespaced',
};

/** A question that is answered in its status and never stored. */
function review(kind: string, area: 'authentication' | 'authorization'): KindDefinition {
  const singular = kind.toLowerCase();
  return {
    kind,
    listKind: `${kind}List`,
    plural: `${singular}s`,
    singular,
    shortNames: [],
    categories: [],
    scope: 'Cluster',
    versions: [{ group: `${area}.k8s.io`, version: 'v1', message: `k8s.io.api.${area}.v1.${kind}` }],
    verbs: ['create'],
    subresources: [],
    columns: [],
    strategy: {
      applyDefaults: unchanged,
      prepareForCreate: unchanged,
      prepareForUpdate: unchanged,
      validateCreate: noErrors,
      validateUpdate: noErrors,
    },
    selectableFields: {},
    hasGeneration: false,
    virtual: true,
  };
}
