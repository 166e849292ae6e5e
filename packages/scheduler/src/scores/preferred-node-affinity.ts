import { matchesTerm } from '../filters/node-affinity.ts';
import { type Score, shareOfHighest } from './score.ts';

/** The weights of the preferred terms that the node matches, summed. */
export const preferredNodeAffinity: Score = {
  name: 'NodeAffinity',
  weight: 2,
  prepare: ({ affinity }) => {
    const terms = affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    if (terms.length === 0) return undefined;
    return {
      score: ({ facts }) => {
        let weight = 0;
        for (const term of terms) if (matchesTerm(term.preference, facts)) weight += term.weight;
        return weight;
      },
      normalize: shareOfHighest,
    };
  },
};
