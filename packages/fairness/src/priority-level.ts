import type { PriorityLevelConfiguration } from '@berth/kinds';

/** A PriorityLevelConfiguration, compiled. */
export interface PriorityLevel {
  readonly name: string;
  /** Absent for a level that the cluster has without having it stored. */
  readonly uid: string | undefined;
  /** What happens to a request for which there is no seat; exempt ones always have one. */
  readonly response: 'exempt' | 'reject' | 'queue';
  /** The level's part of the seats, in proportion to all levels' shares. 0 for an exempt level. */
  readonly shares: number;
  /** How much of its seats, from 0 to 1, other levels may use while it does not. */
  readonly lendable: number;
  /** How many seats beyond its own the level may use, as a multiple of its own; undefined: all that others lend. */
  readonly borrowing: number | undefined;
  readonly queues: number;
  readonly handSize: number;
  readonly queueLengthLimit: number;
}

/** The level of an object that has passed validation. */
export function priorityLevelOf({ metadata, spec }: PriorityLevelConfiguration): PriorityLevel {
  const { limited } = spec ?? {};
  const queuing = limited?.limitResponse?.queuing;
  const response = limited === undefined ? 'exempt' : queuing === undefined ? 'reject' : 'queue';
  const { borrowingLimitPercent } = limited ?? {};
  return {
    name: metadata.name,
    uid: metadata.uid,
    response,
    shares: limited?.nominalConcurrencyShares ?? 0,
    lendable: (limited?.lendablePercent ?? 0) / 100,
    borrowing: borrowingLimitPercent === undefined ? undefined : borrowingLimitPercent / 100,
    queues: queuing?.queues ?? 1,
    handSize: queuing?.handSize ?? 1,
    queueLengthLimit: queuing?.queueLengthLimit ?? 0,
  };
}
