import { serveUsageReports } from '../metering/serve-usage-reports.ts';
import { serveAuditEvents } from '../audit/serve-audit-events.ts';
import type { ResourceHandler } from '../route/resource-request.ts';
import { reviewOwnAccess } from './self-subject-access-review.ts';
import { reviewSelf } from './self-subject-review.ts';
import { reviewOwnRules } from './self-subject-rules-review.ts';
import { reviewAccess, reviewLocalAccess } from './subject-access-review.ts';
import { reviewToken } from './token-review.ts';

/** Who answers the kinds that are never stored, by resource. */
export const reviewHandlers: Readonly<Record<string, ResourceHandler>> = {
  'events.audit.berth.dev': serveAuditEvents,
  'usagereports.metering.berth.dev': serveUsageReports,
  'selfsubjectreviews.authentication.k8s.io': reviewSelf,
  'tokenreviews.authentication.k8s.io': reviewToken,
  'subjectaccessreviews.authorization.k8s.io': reviewAccess,
  'localsubjectaccessreviews.authorization.k8s.io': reviewLocalAccess,
  'selfsubjectaccessreviews.authorization.k8s.io': reviewOwnAccess,
  'selfsubjectrulesreviews.authorization.k8s.io': reviewOwnRules,
};
