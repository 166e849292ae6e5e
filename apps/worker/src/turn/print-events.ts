import { decodeStoredBody } from '@berth/machinery';
import type { Event } from '@berth/kinds';
import type { TurnCommit } from '@berth/store';
import type { Logger } from 'pino';
import type { TurnReport } from './turn-report.ts';

/** Lines a second; a busy fleet tells more than anyone reads. */
const linesPerSecond = 20;
const eventResource = 'events';
const typeMeta = { apiVersion: 'v1', kind: 'Event' };

/** Writes each Event that the controllers record for the first time to the log: what a person at a terminal wants to see. */
export function printEvents(report: TurnReport, log: Logger, now: () => Date): TurnReport {
  let second = 0;
  let printed = 0;
  let withheld = 0;
  const print = (cluster: string, commit: TurnCommit): void => {
    for (const { op, resource, body } of commit.writes) {
      if (resource !== eventResource || op !== 'create') continue;
      const current = Math.floor(now().getTime() / 1000);
      if (current !== second) {
        if (withheld > 0) log.info({ events: withheld }, 'more events were recorded');
        [second, printed, withheld] = [current, 0, 0];
      }
      if (printed >= linesPerSecond) {
        withheld += 1;
        continue;
      }
      printed += 1;
      // The kind's own type; only the controllers' own Events come here.
      const event = decodeStoredBody(body, 0, typeMeta) as Event;
      const { kind, namespace, name } = event.involvedObject;
      const object = `${kind?.toLowerCase()} ${namespace ? `${namespace}/` : ''}${name}`;
      log[event.type === 'Warning' ? 'warn' : 'info'](
        { cluster },
        `${object}: ${event.reason}: ${event.message}`,
      );
    }
  };
  return {
    ...report,
    ended: (clusterId, turn) => {
      report.ended(clusterId, turn);
      if (turn.outcome.status === 'committed') print(clusterId, turn.commit);
    },
  };
}
