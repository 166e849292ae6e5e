import { auditEvent } from '../audit/audit-event.ts';
import { auditPolicy } from '../audit/audit-policy.ts';
import { clusterRoleBinding } from '../cluster-role-binding/cluster-role-binding.ts';
import { clusterRole } from '../cluster-role/cluster-role.ts';
import { configMap } from '../config-map/config-map.ts';
import { controllerRevision } from '../controller-revision/controller-revision.ts';
import { cronJob } from '../cron-job/cron-job.ts';
import { daemonSet } from '../daemon-set/daemon-set.ts';
import { deployment } from '../deployment/deployment.ts';
import { endpointSlice } from '../endpoint-slice/endpoint-slice.ts';
import { endpoints } from '../endpoints/endpoints.ts';
import { event } from '../event/event.ts';
import { flowSchema } from '../flow-control/flow-schema.ts';
import { priorityClass } from '../priority-class/priority-class.ts';
import { runtimeClass } from '../runtime-class/runtime-class.ts';
import { priorityLevelConfiguration } from '../flow-control/priority-level-configuration.ts';
import { job } from '../job/job.ts';
import type { KindDefinition } from '../kind-definition.ts';
import { lease } from '../lease/lease.ts';
import { limitRange } from '../limit-range/limit-range.ts';
import { namespace } from '../namespace/namespace.ts';
import { node } from '../node/node.ts';
import { persistentVolumeClaim } from '../persistent-volume-claim/persistent-volume-claim.ts';
import { persistentVolume } from '../persistent-volume/persistent-volume.ts';
import { cluster } from '../platform/cluster.ts';
import { podDisruptionBudget } from '../pod-disruption-budget/pod-disruption-budget.ts';
import { plan } from '../platform/plan.ts';
import { tenant } from '../platform/tenant.ts';
import { pod } from '../pod/pod.ts';
import { replicaSet } from '../replica-set/replica-set.ts';
import { replicationController } from '../replication-controller/replication-controller.ts';
import {
  localSubjectAccessReview,
  selfSubjectAccessReview,
  selfSubjectReview,
  selfSubjectRulesReview,
  subjectAccessReview,
  tokenReview,
} from '../reviews/reviews.ts';
import { resourceQuota } from '../resource-quota/resource-quota.ts';
import { roleBinding } from '../role-binding/role-binding.ts';
import { role } from '../role/role.ts';
import { secret } from '../secret/secret.ts';
import { service } from '../service/service.ts';
import { serviceAccount } from '../service-account/service-account.ts';
import { statefulSet } from '../stateful-set/stateful-set.ts';
import { storageClass } from '../storage-class/storage-class.ts';
import { usageReport } from '../metering/usage-report.ts';
import { token } from '../token/token.ts';
import { trustedIssuer } from '../trusted-issuer/trusted-issuer.ts';

/** Every kind that Berth serves of its own, but for the one that is checked by the others. */
export const builtinKinds: readonly KindDefinition[] = [
  auditEvent,
  auditPolicy,
  cluster,
  clusterRole,
  clusterRoleBinding,
  configMap,
  controllerRevision,
  cronJob,
  daemonSet,
  deployment,
  endpointSlice,
  endpoints,
  event,
  flowSchema,
  job,
  lease,
  limitRange,
  localSubjectAccessReview,
  namespace,
  node,
  persistentVolume,
  persistentVolumeClaim,
  plan,
  pod,
  podDisruptionBudget,
  replicaSet,
  replicationController,
  resourceQuota,
  role,
  roleBinding,
  runtimeClass,
  priorityClass,
  priorityLevelConfiguration,
  secret,
  selfSubjectAccessReview,
  selfSubjectReview,
  selfSubjectRulesReview,
  service,
  serviceAccount,
  statefulSet,
  storageClass,
  subjectAccessReview,
  tenant,
  token,
  tokenReview,
  trustedIssuer,
  usageReport,
];
