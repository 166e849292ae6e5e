import type { RequestAttributes } from './authorize.ts';

/** For tests: `cluster verb resource[.group][/sub] [namespace/]name` or `cluster get /path`. */
export function attributes(text: string): RequestAttributes {
  const [clusterId = '', verb = '', what = '', object = ''] = text.split(' ');
  if (what.startsWith('/')) return { type: 'path', clusterId, verb, path: what };
  const [qualified = '', subresource = ''] = what.split('/');
  const [resource = '', ...group] = qualified.split('.');
  const [namespace = '', name = ''] = object.includes('/') ? object.split('/') : ['', object];
  return {
    type: 'resource',
    clusterId,
    verb,
    group: group.join('.'),
    version: 'v1',
    resource,
    subresource,
    namespace,
    name,
  };
}
