import type { Job } from '@berth/kinds';
import { ownerKind } from '../claims/owner-kind.ts';
import { requirementsOf } from '../selection/requirements-of.ts';
import { finishedCondition, isManagedElsewhere, jobsResource } from './job-facts.ts';

/** A Job that has finished, or that another controller manages, takes on no pods. */
export const jobOwner = ownerKind<Job>({
  resource: jobsResource,
  group: 'batch',
  kind: 'Job',
  selectorOf: (job) => {
    const selector = job.spec?.selector;
    if (!selector || finishedCondition(job) || isManagedElsewhere(job)) return undefined;
    return requirementsOf(selector);
  },
});
