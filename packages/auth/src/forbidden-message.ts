import type { RequestAttributes } from './authorize.ts';

/** Upstream's words for a refusal, as `kubectl` users and log searches know them. */
export function forbiddenMessage(username: string, attributes: RequestAttributes, reason: string): string {
  const suffix = reason === '' ? '' : `: ${reason}`;
  if (attributes.type === 'path') {
    return `forbidden: User "${username}" cannot ${attributes.verb} path "${attributes.path}"${suffix}`;
  }
  const { verb, group, namespace, name } = attributes;
  const subresource = attributes.subresource === '' ? '' : `/${attributes.subresource}`;
  const qualified = group === '' ? attributes.resource : `${attributes.resource}.${group}`;
  const subject = name === '' ? qualified : `${qualified} "${name}"`;
  const scope = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  return (
    `${subject} is forbidden: User "${username}" cannot ${verb} resource "${attributes.resource}${subresource}" ` +
    `in API group "${group}" ${scope}${suffix}`
  );
}
