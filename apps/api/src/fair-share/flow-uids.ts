import type { Flow } from '@berth/fairness';
import { LRUCache } from 'lru-cache';
import { bootstrapUid } from '../objects/bootstrap-uid.ts';

const remembered = 10_000;

/** The uids that stand in an answer's headers. */
export interface FlowUids {
  readonly schema: string;
  readonly level: string;
}

/** The uids of a flow's schema and level in a cluster, also of those that are not stored yet. */
export function createFlowUids(): (clusterId: string, flow: Flow) => FlowUids {
  const made = new LRUCache<string, string>({ max: remembered });
  const uid = (clusterId: string, kind: string, name: string): string => {
    const key = `${clusterId}/${kind}/${name}`;
    let known = made.get(key);
    if (known === undefined) made.set(key, (known = bootstrapUid(clusterId, { kind, metadata: { name } })));
    return known;
  };
  return (clusterId, { schemaUid, schemaName, level }) => ({
    schema: schemaUid ?? uid(clusterId, 'FlowSchema', schemaName),
    level: level.uid ?? uid(clusterId, 'PriorityLevelConfiguration', level.name),
  });
}
