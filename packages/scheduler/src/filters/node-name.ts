import { type Filter, unresolvable } from './filter.ts';

const otherNode = unresolvable("node(s) didn't match the requested node name");

/** A pod that names its node fits no other. */
export const nodeName: Filter = {
  name: 'NodeName',
  prepare: ({ nodeName: wanted }) =>
    wanted === undefined ? undefined : { check: ({ name }) => (name === wanted ? undefined : otherNode) },
};
