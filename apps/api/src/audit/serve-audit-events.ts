import { methodNotAllowedError, notFoundError } from '@berth/machinery';
import type { AuditQuery, Store } from '@berth/store';
import { acceptClauses, negotiate } from '../respond/negotiate.ts';
import { send } from '../respond/send.ts';
import { streamBody } from '../respond/stream-body.ts';
import { includeObjectOf, tableJson } from '../respond/table-json.ts';
import type { ResourceRequest } from '../route/resource-request.ts';
import { auditContinueToken, auditQueryOf } from './audit-query.ts';
import { auditEventLine, auditEventObject, auditPosition } from './render-audit-event.ts';

const jsonLines: ReadonlySet<string> = new Set(['application/jsonl', 'application/x-ndjson']);
const eventsPerChunk = 500;

/** `GET` of the audit log: one event, a page of them, or all of them as JSON lines. */
export async function serveAuditEvents(request: ResourceRequest): Promise<Response> {
  const { verb } = request.scope.attributes;
  if (verb === 'get') return oneEvent(request);
  if (verb === 'list') return isJsonLines(request) ? exported(request) : page(request);
  throw methodNotAllowedError(request.scope.attributes, verb);
}

async function oneEvent({ c, deps, scope }: ResourceRequest): Promise<Response> {
  const output = negotiate(c.req.header('accept'), { projections: ['Table'] });
  const position = auditPosition(scope.name);
  const row = position && (await deps.store.audit.get(scope.attributes.clusterId, position));
  if (row === undefined || row.namespace !== scope.namespace) {
    throw notFoundError(scope.groupResource, scope.name);
  }
  const event = auditEventObject(row);
  const json =
    output.as?.kind === 'Table'
      ? tableJson(
          { scope, deps },
          {
            objects: [event],
            metadata: {},
            version: output.as.version,
            includeObject: includeObjectOf({ c }),
          },
        )
      : JSON.stringify(event);
  return send(c, { format: output.format, json });
}

async function page({ c, deps, scope }: ResourceRequest): Promise<Response> {
  const output = negotiate(c.req.header('accept'), { projections: ['Table'] });
  const query = auditQueryOf(c, scope);
  const rows = await deps.store.audit.list(scope.attributes.clusterId, query);
  const last = rows.at(-1);
  const isFull = last !== undefined && rows.length === query.limit;
  const metadata = { resourceVersion: '', ...(isFull && { continue: auditContinueToken(last) }) };
  const objects = rows.map(auditEventObject);
  c.set('listedObjects', objects.length);
  const json =
    output.as?.kind === 'Table'
      ? tableJson(
          { scope, deps },
          { objects, metadata, version: output.as.version, includeObject: includeObjectOf({ c }) },
        )
      : JSON.stringify({ kind: scope.definition.listKind, ...apiVersionOf(scope), metadata, items: objects });
  return send(c, { format: output.format, json });
}

function apiVersionOf({ typeMeta }: ResourceRequest['scope']) {
  return { apiVersion: typeMeta.apiVersion };
}

function isJsonLines({ c }: ResourceRequest): boolean {
  return acceptClauses(c.req.header('accept') ?? '').some(({ mediaType }) => jsonLines.has(mediaType));
}

/** All that the query selects, however much it is: it is read as fast as the client takes it. */
function exported({ c, deps, scope }: ResourceRequest): Response {
  const query = auditQueryOf(c, scope);
  const { clusterId } = scope.attributes;
  const limit = c.req.query('limit') ? query.limit : Number.POSITIVE_INFINITY;
  return streamBody(c, {
    contentType: 'application/jsonl',
    closing: deps.closing,
    chunks: (signal) => lines(deps.store, clusterId, { ...query, limit, signal }),
  });
}

async function* lines(
  { audit }: Pick<Store, 'audit'>,
  clusterId: string,
  { signal, limit, ...query }: AuditQuery & { readonly signal: AbortSignal },
): AsyncGenerator<Uint8Array, void> {
  let { after } = query;
  for (let left = limit; left > 0 && !signal.aborted; left -= eventsPerChunk) {
    const rows = await audit.list(clusterId, {
      ...query,
      limit: Math.min(left, eventsPerChunk),
      ...(after && { after }),
    });
    if (rows.length > 0) yield Buffer.from(rows.map(auditEventLine).join(''));
    if (rows.length < eventsPerChunk) return;
    after = rows.at(-1);
  }
}
