import type { AuditRecord } from './types.ts';

const fieldSeparator = '\u001f';

/** A record as the SQL functions `record_audit` and `append_audit` take it apart. JSON holds no control characters. */
export function encodeAudit(record: AuditRecord): string {
  const { username, verb, resource, namespace, name, code, event } = record;
  return (
    [username, verb, resource, namespace, name].map(storable).join(fieldSeparator) +
    fieldSeparator +
    code +
    fieldSeparator +
    event
  );
}

/** Longer than any name that a cluster accepts: what is cut off stands in the event. */
const maxFieldLength = 512;
// oxlint-disable-next-line no-control-regex -- they separate fields, or cannot be stored
const unstorable = /[\u0000-\u001f]/g;

/** What a request names may be anything. */
function storable(text: string): string {
  return text.slice(0, maxFieldLength).toWellFormed().replace(unstorable, '\ufffd');
}
