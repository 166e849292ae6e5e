import { createHash } from 'node:crypto';

/**
 * The queues among which a flow may wait: `handSize` different ones of `queues`, dealt by a hash of the flow, so that
 * two flows hardly ever have all of them in common.
 * https://kubernetes.io/docs/concepts/cluster-administration/flow-control/#queuing
 */
export function dealHand(
  flow: { readonly schemaName: string; readonly distinguisher: string },
  { queues, handSize }: { readonly queues: number; readonly handSize: number },
): readonly number[] {
  const digest = createHash('sha256').update(`${flow.schemaName}\0${flow.distinguisher}`).digest();
  let bits = digest.readBigUInt64BE();
  const dealt: number[] = [];
  for (let left = queues; left > queues - handSize; left--) {
    const deck = BigInt(left);
    let card = Number(bits % deck);
    bits /= deck;
    // The card counts among those that are still in the deck.
    for (const gone of dealt.toSorted((a, b) => a - b)) if (card >= gone) card++;
    dealt.push(card);
  }
  return dealt;
}
