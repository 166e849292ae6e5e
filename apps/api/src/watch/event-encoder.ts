import { partialObjectMetadata, type Status } from '@berth/machinery';
import type { Change } from '@berth/store';
import { decodeStored, fromStorage, renderStored, type StoredState } from '../objects/versions.ts';
import type { Projection } from '../respond/negotiate.ts';
import { includeObjectOf, tableJson } from '../respond/table-json.ts';
import type { ResourceRequest } from '../route/resource-request.ts';
import type { WatchEvent } from './watch-event.ts';

/** Writes the events of one watch as lines of JSON. */
export interface EventEncoder {
  /** @param change what the event comes of; watchers that want the same form of it share the bytes. */
  encode(event: WatchEvent, change?: Change): Uint8Array;
  bookmark(revision: number, marks: { readonly endsInitialEvents: boolean }): Uint8Array;
  error(status: Status): Uint8Array;
}

const utf8 = new TextEncoder();
/** Lines by form, for as long as the store holds the change. */
const encodedChanges = new WeakMap<Change, Map<string, Uint8Array>>();

/** @param as the projection that was negotiated, if any. A table's columns stand in its first event only. */
export function createEventEncoder(request: ResourceRequest, as: Projection | undefined): EventEncoder {
  const { scope } = request;
  const includeObject = as?.kind === 'Table' ? includeObjectOf(request) : 'Metadata';
  const form = `${scope.typeMeta.apiVersion} ${as?.kind ?? ''} ${as?.version ?? ''} ${includeObject}`;
  let withoutHeaders = false;

  const render = (state: StoredState): string => {
    if (as === undefined) return renderStored(scope, state);
    const object = decodeStored(scope, state);
    if (as.kind !== 'Table') {
      return JSON.stringify(partialObjectMetadata(fromStorage(scope, object), `meta.k8s.io/${as.version}`));
    }
    const metadata = { resourceVersion: String(state.revision) };
    return tableJson(request, {
      objects: [object],
      metadata,
      version: as.version,
      includeObject,
      withoutHeaders,
    });
  };

  return {
    encode(event, change) {
      const key = `${event.type} ${String(withoutHeaders)} ${form}`;
      const line = cached(change, key, () => eventLine(event.type, render(event.state)));
      withoutHeaders = true;
      return line;
    },
    bookmark(revision, { endsInitialEvents }) {
      const object = { ...scope.typeMeta, metadata: bookmarkMetadata(revision, endsInitialEvents) };
      return eventLine(
        'BOOKMARK',
        as === undefined ? JSON.stringify(object) : projectedBookmark(as, object.metadata),
      );
    },
    error: (status) => eventLine('ERROR', JSON.stringify(status)),
  };
}

function eventLine(type: string, objectJson: string): Uint8Array {
  return utf8.encode(`{"type":"${type}","object":${objectJson}}\n`);
}

function cached(change: Change | undefined, key: string, encode: () => Uint8Array): Uint8Array {
  if (change === undefined) return encode();
  const lines = encodedChanges.get(change) ?? new Map<string, Uint8Array>();
  encodedChanges.set(change, lines);
  const line = lines.get(key) ?? encode();
  lines.set(key, line);
  return line;
}

interface BookmarkMetadata {
  readonly resourceVersion: string;
  readonly creationTimestamp: null;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#streaming-lists */
function bookmarkMetadata(revision: number, endsInitialEvents: boolean): BookmarkMetadata {
  return {
    resourceVersion: String(revision),
    creationTimestamp: null,
    ...(endsInitialEvents && { annotations: { 'k8s.io/initial-events-end': 'true' } }),
  };
}

function projectedBookmark(as: Projection, metadata: BookmarkMetadata): string {
  const apiVersion = `meta.k8s.io/${as.version}`;
  const partial = { kind: 'PartialObjectMetadata', apiVersion, metadata };
  if (as.kind !== 'Table') return JSON.stringify(partial);
  const { resourceVersion } = metadata;
  const rows = [{ cells: [], object: partial }];
  return JSON.stringify({
    kind: 'Table',
    apiVersion,
    metadata: { resourceVersion },
    columnDefinitions: [],
    rows,
  });
}
