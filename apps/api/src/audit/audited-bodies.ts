import type { Write } from '@berth/store';
import { parse } from 'yaml';
import type { ApiContext } from '../api-env.ts';
import { decodeStored, fromStorage } from '../objects/versions.ts';
import type { ResourceScope } from '../route/resource-scope.ts';

/** What was sent: the object that was decoded, or the patch. Undefined for what is neither. */
export function requestedObject(c: ApiContext): unknown {
  const decoded = c.get('decodedBody');
  if (decoded !== undefined) return decoded;
  const bytes = c.get('requestBody');
  if (bytes === undefined || bytes.length === 0) return undefined;
  return parsed(bytes.toString());
}

/** What was answered, as far as it was one text. */
export function answeredObject(c: ApiContext): unknown {
  const json = c.get('answeredJson');
  return json === undefined ? undefined : parsed(json);
}

/** What the answer to a write shows, before the revision is known. */
export function writtenObject(scope: ResourceScope, { body }: Write): unknown {
  const { metadata, ...object } = fromStorage(scope, decodeStored(scope, { body, revision: 0 }));
  const { resourceVersion: _unknown, ...known } = metadata;
  return { ...object, metadata: known };
}

export function withoutManagedFields(object: unknown): unknown {
  if (typeof object !== 'object' || object === null || !('metadata' in object)) return object;
  const { metadata } = object;
  if (typeof metadata !== 'object' || metadata === null) return object;
  return { ...object, metadata: { ...metadata, managedFields: undefined } };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Apply patches are YAML.
  }
  try {
    const value: unknown = parse(text);
    return typeof value === 'object' ? value : undefined;
  } catch {
    return undefined;
  }
}
