import type { FleetAuditPolicy } from './audit-level.ts';

/** Every write and every refused request, without bodies. */
export const defaultAuditPolicy: FleetAuditPolicy = {
  refusals: 'Metadata',
  rules: [
    // Nodes tell that they live every few seconds, in place and off the log.
    {
      level: 'None',
      userGroups: ['system:nodes'],
      namespaces: ['kube-node-lease'],
      resources: [{ group: 'coordination.k8s.io', resources: ['leases'] }],
    },
    // Questions that are asked by POST write nothing.
    { level: 'None', resources: [{ group: 'authorization.k8s.io' }, { group: 'authentication.k8s.io' }] },
    // What these do, they do by GET as well.
    {
      level: 'Metadata',
      resources: [{ group: '', resources: ['pods/exec', 'pods/attach', 'pods/portforward'] }],
    },
    {
      level: 'Metadata',
      verbs: ['create', 'update', 'patch', 'delete', 'deletecollection', 'post', 'put'],
    },
  ],
};
