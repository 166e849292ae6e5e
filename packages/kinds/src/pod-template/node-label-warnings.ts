import { checkLabelValue, type FieldPath } from '@berth/machinery';
import type { Affinity, NodeSelectorTerm, PodSpec } from '../generated/api-types.ts';
import { fieldWarning } from './field-warning.ts';

const deprecatedNodeLabels: ReadonlyMap<string, string> = new Map([
  ['beta.kubernetes.io/arch', 'deprecated since v1.14; use "kubernetes.io/arch" instead'],
  ['beta.kubernetes.io/os', 'deprecated since v1.14; use "kubernetes.io/os" instead'],
  [
    'failure-domain.beta.kubernetes.io/region',
    'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  ],
  [
    'failure-domain.beta.kubernetes.io/zone',
    'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  ],
  [
    'beta.kubernetes.io/instance-type',
    'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
  ],
  ['app.kubernetes.io/created-by', 'deprecated since v1.9'],
  [
    'scheduler.alpha.kubernetes.io/preferAvoidPods',
    'deprecated since v1.22; use Taints and Tolerations instead',
  ],
  ['node-role.kubernetes.io/master', 'use "node-role.kubernetes.io/control-plane" instead'],
]);

/** Labels of nodes that have newer names, and selectors that are missing where they decide. */
export function nodeLabelWarnings(spec: PodSpec, at: FieldPath): string[] {
  const { nodeAffinity } = spec.affinity ?? {};
  const affinityAt = at.child('affinity', 'nodeAffinity');
  const required = 'requiredDuringSchedulingIgnoredDuringExecution';
  const preferred = 'preferredDuringSchedulingIgnoredDuringExecution';
  return [
    ...Object.keys(spec.nodeSelector ?? {}).flatMap((label) => {
      const message = deprecatedNodeLabels.get(label);
      return message === undefined ? [] : [fieldWarning(at.child('nodeSelector').key(label), message)];
    }),
    ...(nodeAffinity?.[required]?.nodeSelectorTerms ?? []).flatMap((term, index) =>
      nodeTermWarnings(term, affinityAt.child(required, 'nodeSelectorTerms').index(index)),
    ),
    ...(nodeAffinity?.[preferred] ?? []).flatMap(({ preference }, index) => {
      const termAt = affinityAt.child(preferred).index(index).child('preference');
      return [...nodeTermWarnings(preference, termAt), ...nodeValueWarnings(preference, termAt)];
    }),
    ...(spec.topologySpreadConstraints ?? []).flatMap(({ topologyKey, labelSelector }, index) => {
      const constraintAt = at.child('topologySpreadConstraints').index(index);
      const message = deprecatedNodeLabels.get(topologyKey);
      return [
        ...(message === undefined
          ? []
          : [fieldWarning(constraintAt.child('topologyKey'), `${topologyKey} is ${message}`)]),
        ...(labelSelector ? [] : [nullSelector(constraintAt)]),
      ];
    }),
  ];
}

/** Labels of nodes that have newer names, in a term. */
export function nodeTermWarnings({ matchExpressions }: NodeSelectorTerm, at: FieldPath): string[] {
  return (matchExpressions ?? []).flatMap(({ key }, index) =>
    deprecatedLabelWarning(key, at.child('matchExpressions').index(index).child('key')),
  );
}

/** Nothing for a label that has no newer name. */
export function deprecatedLabelWarning(key: string, at: FieldPath): string[] {
  const message = deprecatedNodeLabels.get(key);
  return message === undefined ? [] : [fieldWarning(at, `${key} is ${message}`)];
}

function nodeValueWarnings({ matchExpressions }: NodeSelectorTerm, at: FieldPath): string[] {
  return (matchExpressions ?? []).flatMap(({ values }, index) =>
    (values ?? []).flatMap((value, valueIndex) => {
      const valueAt = at.child('matchExpressions').index(index).child('values').index(valueIndex);
      return checkLabelValue(value).map((problem) =>
        fieldWarning(valueAt, `${value} is invalid, ${problem}`),
      );
    }),
  );
}

function nullSelector(at: FieldPath): string {
  return fieldWarning(at.child('labelSelector'), `a null labelSelector results in matching no pod`);
}

/** Affinity to pods without a selector, which means to none. */
export function selectorWarnings(affinity: Affinity | undefined, at: FieldPath): string[] {
  const required = 'requiredDuringSchedulingIgnoredDuringExecution';
  const preferred = 'preferredDuringSchedulingIgnoredDuringExecution';
  return (['podAffinity', 'podAntiAffinity'] as const).flatMap((field) => [
    ...(affinity?.[field]?.[required] ?? []).flatMap(({ labelSelector }, index) =>
      labelSelector ? [] : [nullSelector(at.child(field, required).index(index))],
    ),
    ...(affinity?.[field]?.[preferred] ?? []).flatMap(({ podAffinityTerm }, index) =>
      podAffinityTerm.labelSelector
        ? []
        : [nullSelector(at.child(field, preferred).index(index).child('podAffinityTerm'))],
    ),
  ]);
}
