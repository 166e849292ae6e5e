import type { Deployment } from '@berth/kinds';
import { ownerKind } from '../claims/owner-kind.ts';
import { requirementsOf } from '../selection/requirements-of.ts';
import { deploymentsResource } from './deployment-facts.ts';

/** A Deployment takes on the ReplicaSets that it selects. */
export const deploymentOwner = ownerKind<Deployment>({
  resource: deploymentsResource,
  group: 'apps',
  kind: 'Deployment',
  selectorOf: ({ spec }) => spec?.selector && requirementsOf(spec.selector),
});
