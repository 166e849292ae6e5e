import { type Filter, unresolvable } from './filter.ts';

/** A pod that names its node fits no other. */
export const nodeName: Filter = ({ needs, facts }) =>
  needs.nodeName && needs.nodeName !== facts.name
    ? unresolvable("node(s) didn't match the requested node name")
    : undefined;
