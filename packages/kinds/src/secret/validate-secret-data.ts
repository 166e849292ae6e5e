import { checkConfigMapKey, type FieldError, invalid, path, required, tooLong } from '@berth/machinery';
import { base64Bytes, maxDataBytes } from '../config-map/data-limits.ts';
import type { Secret } from '../generated/api-types.ts';

const serviceAccountName = 'kubernetes.io/service-account.name';

/** Keys and size of a Secret's data, and what its type requires of them. */
export function validateSecretData(secret: Secret): FieldError[] {
  const data = secret.data ?? {};
  const errors: FieldError[] = [];
  let totalBytes = 0;
  for (const [key, value] of Object.entries(data)) {
    const at = path('data').key(key);
    errors.push(...checkConfigMapKey(key).map((problem) => invalid(at, key, problem)));
    totalBytes += base64Bytes(value);
  }
  if (totalBytes > maxDataBytes) errors.push(tooLong(path('data'), maxDataBytes));
  const rule = rulesByType[secret.type ?? ''];
  return rule ? [...errors, ...rule(secret)] : errors;
}

/** https://kubernetes.io/docs/concepts/configuration/secret/#secret-types */
const rulesByType: Readonly<Record<string, (secret: Secret) => FieldError[]>> = {
  'kubernetes.io/service-account-token': ({ metadata }) =>
    metadata.annotations?.[serviceAccountName]
      ? []
      : [required(path('metadata', 'annotations').key(serviceAccountName))],
  'kubernetes.io/dockercfg': (secret) => requireJson(secret, '.dockercfg'),
  'kubernetes.io/dockerconfigjson': (secret) => requireJson(secret, '.dockerconfigjson'),
  'kubernetes.io/basic-auth': (secret) =>
    hasKey(secret, 'username') || hasKey(secret, 'password') ? [] : missing(['username', 'password']),
  'kubernetes.io/ssh-auth': (secret) => (secret.data?.['ssh-privatekey'] ? [] : missing(['ssh-privatekey'])),
  'kubernetes.io/tls': (secret) => missing(['tls.crt', 'tls.key'].filter((key) => !hasKey(secret, key))),
};

function requireJson(secret: Secret, key: string): FieldError[] {
  if (!hasKey(secret, key)) return missing([key]);
  const text = Buffer.from(secret.data?.[key] ?? '', 'base64').toString('utf8');
  if (isJsonObject(text)) return [];
  // The parser's own explanation would quote the secret.
  return [invalid(path('data').key(key), '<secret contents redacted>', 'must be a JSON object')];
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return value === null || (typeof value === 'object' && !Array.isArray(value));
  } catch {
    return false;
  }
}

function hasKey(secret: Secret, key: string): boolean {
  return Object.hasOwn(secret.data ?? {}, key);
}

function missing(keys: readonly string[]): FieldError[] {
  return keys.map((key) => required(path('data').key(key)));
}
