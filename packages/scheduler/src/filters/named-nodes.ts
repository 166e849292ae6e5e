import type { NodeSelectorTerm } from '@berth/kinds';
import { type Filter, unresolvable } from './filter.ts';

const notNamed = unresolvable("node(s) didn't satisfy plugin(s) [NodeAffinity]");
const conflict = unresolvable('pod affinity terms conflict');

/**
 * A pod whose node affinity names its nodes, as those of a DaemonSet do: the others are not looked at, whatever else may
 * be the matter with them.
 */
export const namedNodes: Filter = {
  name: 'NodeAffinity',
  prepare: ({ affinity }) => {
    const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    const terms = (required?.nodeSelectorTerms ?? []).map(namesOf);
    if (terms.length === 0) return undefined;
    const named = new Set<string>();
    for (const names of terms) {
      if (!names) return undefined;
      for (const name of names) named.add(name);
    }
    const reason = named.size === 0 ? conflict : notNamed;
    return { check: ({ name }) => (named.has(name) ? undefined : reason) };
  },
};

/** The nodes that a term names; undefined if it names none. */
function namesOf({ matchFields = [] }: NodeSelectorTerm): ReadonlySet<string> | undefined {
  let names: Set<string> | undefined;
  for (const { key, operator, values = [] } of matchFields) {
    if (key !== 'metadata.name' || operator !== 'In') continue;
    names = new Set(names ? values.filter((name) => names?.has(name)) : values);
  }
  return names;
}
