import type { Subresource, Verb } from '../kind-definition.ts';

/** What can be done with stored objects. */
export const objectVerbs: readonly Verb[] = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
];

/** The subresource of kinds whose status is written apart from the rest. */
export const statusSubresource: Subresource = { name: 'status', verbs: ['get', 'patch', 'update'] };
