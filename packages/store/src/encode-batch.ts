import { encodeQuotaRule, encodeUsage } from './encode-usage.ts';
import { encodeAudit } from './encode-audit.ts';
import { InvalidValueError } from './errors.ts';
import type { RestingWrites } from './sealing/sealed-bodies.ts';
import type { ObjectKey, Write } from './types.ts';

/** The arguments of the SQL function `commit_writes`, which documents them. */
export interface EncodedBatch {
  readonly segments: readonly number[];
  readonly ops: string;
  readonly resources: string;
  readonly namespaces: string;
  readonly names: string;
  readonly uids: string;
  readonly expectedRevisions: string;
  readonly expectedUids: string;
  readonly withinResources: string;
  readonly withinNamespaces: string;
  readonly withinNames: string;
  readonly terminating: string;
  readonly nodes: string;
  readonly bodies: string;
  readonly usages: string;
  readonly quotas: string;
  /** '' where no write has a record; see `record_audit`. */
  readonly audits: string;
}

const separator = '\u001e';
/** A row of an index must fit a third of a page. */
const maxKeyLength = 1_500;
/** What Postgres' text cannot hold, and what separates fields. */
const unstorable = ['\0', separator];

export function encodeBatch(writes: RestingWrites): EncodedBatch {
  return {
    segments: segmentSizes(writes),
    ops: column(writes, (write) => write.op),
    resources: column(writes, (write) => write.resource),
    namespaces: column(writes, (write) => write.namespace),
    names: column(writes, (write) => write.name),
    uids: column(writes, (write) => write.uid),
    expectedRevisions: column(writes, (write) => write.expected?.revision ?? ''),
    expectedUids: column(writes, (write) => write.expected?.uid ?? ''),
    withinResources: column(writes, (write) => write.within?.resource ?? ''),
    withinNamespaces: column(writes, (write) => write.within?.namespace ?? ''),
    withinNames: column(writes, (write) => write.within?.name ?? ''),
    terminating: column(writes, (write) => (write.terminating ? 't' : 'f')),
    nodes: column(writes, (write) => write.node ?? ''),
    bodies: column(writes, (write) => write.body),
    usages: column(writes, ({ usage }) => (usage ? encodeUsage(usage) : '')),
    quotas: column(writes, ({ quota }) => (quota ? encodeQuotaRule(quota) : '')),
    audits: writes.some(({ audit }) => audit)
      ? column(writes, ({ audit }) => (audit ? encodeAudit(audit.record) : ''))
      : '',
  };
}

function column(writes: readonly Write[], field: (write: Write) => string | number): string {
  let text = '';
  for (const write of writes) text += field(write) + separator;
  return text;
}

/**
 * Cuts a batch into runs of which no write depends on another one of the same run: the same object, the namespace
 * that an earlier write makes or changes, or a quota that it makes or changes.
 */
export function segmentSizes(writes: readonly Write[]): number[] {
  const sizes: number[] = [];
  let written = new Set<string>();
  let size = 0;
  for (const write of writes) {
    const key = keyText(write);
    if (written.has(key) || (write.within && written.has(keyText(write.within)))) {
      sizes.push(size);
      written = new Set();
      size = 0;
    }
    written.add(key);
    size++;
    if (write.quota) {
      sizes.push(size);
      written = new Set();
      size = 0;
    }
  }
  if (size > 0) sizes.push(size);
  return sizes;
}

function keyText(key: ObjectKey): string {
  return `${key.resource}\0${key.namespace}\0${key.name}`;
}

/** Refuses a write that would fail its whole batch. @throws InvalidValueError */
export function checkStorable(write: Write): void {
  const { resource, namespace, name } = write;
  if (resource.length + namespace.length + name.length > maxKeyLength) {
    throw new InvalidValueError(`the key of an object is longer than ${maxKeyLength} characters`);
  }
  const fields = [
    resource,
    namespace,
    name,
    write.uid,
    write.node ?? '',
    write.expected?.uid ?? '',
    write.body,
  ];
  if (fields.some((field) => unstorable.some((character) => field.includes(character)))) {
    throw new InvalidValueError(`${resource} "${name}" has a control character where none can be stored`);
  }
}
