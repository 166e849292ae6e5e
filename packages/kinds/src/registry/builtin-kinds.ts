import { configMap } from '../config-map/config-map.ts';
import { controllerRevision } from '../controller-revision/controller-revision.ts';
import { event } from '../event/event.ts';
import type { KindDefinition } from '../kind-definition.ts';
import { lease } from '../lease/lease.ts';
import { namespace } from '../namespace/namespace.ts';
import { node } from '../node/node.ts';
import { cluster } from '../platform/cluster.ts';
import { tenant } from '../platform/tenant.ts';
import {
  selfSubjectAccessReview,
  selfSubjectReview,
  selfSubjectRulesReview,
} from '../reviews/self-subject-reviews.ts';
import { secret } from '../secret/secret.ts';
import { serviceAccount } from '../service-account/service-account.ts';

/** Every kind that Berth serves of its own. */
export const builtinKinds: readonly KindDefinition[] = [
  cluster,
  configMap,
  controllerRevision,
  event,
  lease,
  namespace,
  node,
  secret,
  selfSubjectAccessReview,
  selfSubjectReview,
  selfSubjectRulesReview,
  serviceAccount,
  tenant,
];
