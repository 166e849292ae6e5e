import type { KubeObject } from '@berth/machinery';
import type { Change } from '@berth/store';
import { decodeStored } from '../objects/versions.ts';
import type { ResourceScope } from '../route/resource-scope.ts';

export interface ParsedChange {
  readonly before: KubeObject | undefined;
  readonly after: KubeObject | undefined;
}

const parsedChanges = new WeakMap<Change, ParsedChange>();

/** A change's objects, of the storage version, parsed once however many watchers look into them. */
export function parsedChange(scope: ResourceScope, change: Change): ParsedChange {
  const known = parsedChanges.get(change);
  if (known !== undefined) return known;
  const { before, after, revision } = change;
  const parsed = {
    before: before === undefined ? undefined : decodeStored(scope, before),
    after: after === undefined ? undefined : decodeStored(scope, { body: after, revision }),
  };
  parsedChanges.set(change, parsed);
  return parsed;
}
