import type { PodAffinityTerm, WeightedPodAffinityTerm } from '@berth/kinds';
import { type LabelRequirement, labelSelectorRequirements, matchesLabels } from '@berth/machinery';
import type { PodFacts } from './pod-facts.ts';

type Labels = Readonly<Record<string, string>>;

/** One term of a pod's affinity or anti-affinity to other pods, ready to be matched. */
export interface AffinityTerm {
  readonly topologyKey: string;
  /** Of preferred terms; 0 otherwise. */
  readonly weight: number;
  readonly namespaces: ReadonlySet<string>;
  /** Absent: no namespace beyond those. */
  readonly namespaceSelector: readonly LabelRequirement[] | undefined;
  /** Absent: no pod. */
  readonly selector: readonly LabelRequirement[] | undefined;
}

/** All terms of a pod, by what they do. */
export interface AffinityTerms {
  readonly requiredAffinity: readonly AffinityTerm[];
  readonly requiredAntiAffinity: readonly AffinityTerm[];
  readonly preferredAffinity: readonly AffinityTerm[];
  readonly preferredAntiAffinity: readonly AffinityTerm[];
}

/** Pods are asked for their terms again and again, by every other pod that is to be placed. */
const known = new WeakMap<PodFacts, AffinityTerms>();

export function affinityTerms(pod: PodFacts): AffinityTerms {
  let terms = known.get(pod);
  if (!terms) {
    const { podAffinity, podAntiAffinity } = pod.affinity ?? {};
    const { namespace } = pod;
    terms = {
      requiredAffinity: requiredTerms(podAffinity, namespace),
      requiredAntiAffinity: requiredTerms(podAntiAffinity, namespace),
      preferredAffinity: preferredTerms(podAffinity, namespace),
      preferredAntiAffinity: preferredTerms(podAntiAffinity, namespace),
    };
    known.set(pod, terms);
  }
  return terms;
}

interface AffinityRules {
  readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly PodAffinityTerm[];
  readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly WeightedPodAffinityTerm[];
}

function requiredTerms(rules: AffinityRules | undefined, namespace: string): AffinityTerm[] {
  const terms = rules?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  return terms.map((term) => compile(term, { namespace, weight: 0 }));
}

function preferredTerms(rules: AffinityRules | undefined, namespace: string): AffinityTerm[] {
  const terms = rules?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  return terms.map(({ podAffinityTerm, weight }) => compile(podAffinityTerm, { namespace, weight }));
}

/** Without a word about namespaces a term means the pod's own. */
function compile(
  term: PodAffinityTerm,
  { namespace, weight }: { namespace: string; weight: number },
): AffinityTerm {
  const { topologyKey, labelSelector, namespaces = [], namespaceSelector } = term;
  const own = namespaces.length === 0 && !namespaceSelector ? [namespace] : [];
  return {
    topologyKey,
    weight,
    namespaces: new Set([...namespaces, ...own]),
    namespaceSelector: namespaceSelector && labelSelectorRequirements(namespaceSelector),
    selector: labelSelector && labelSelectorRequirements(labelSelector),
  };
}

/** @param namespaceLabels those of the pod's namespace; undefined if it is gone */
export function termMatches(term: AffinityTerm, pod: PodFacts, namespaceLabels: Labels | undefined): boolean {
  if (!term.selector || !matchesLabels(pod.labels, term.selector)) return false;
  if (term.namespaces.has(pod.namespace)) return true;
  if (!term.namespaceSelector || namespaceLabels === undefined) return false;
  return matchesLabels(namespaceLabels, term.namespaceSelector);
}
