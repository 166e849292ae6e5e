export { aggregatedRules, aggregates } from './default-policy/aggregated-rules.ts';
export { keepDefaults } from './default-policy/keep-defaults.ts';
export {
  aggregatedDiscovery,
  type ApiGroupDiscoveryList,
  type ApiResourceDiscovery,
  type ApiSubresourceDiscovery,
  type DiscoveryVersion,
  type ResponseKind,
} from './discovery/aggregated-discovery.ts';
export {
  type ApiGroup,
  apiGroup,
  type ApiGroupList,
  apiGroupList,
  type ApiResource,
  type ApiResourceList,
  apiResourceList,
  type ApiVersions,
  apiVersions,
  type GroupVersionForDiscovery,
} from './discovery/legacy-discovery.ts';
export {
  type ListedKind,
  type ServedGroup,
  servedGroups,
  type ServedGroupVersion,
} from './discovery/served-groups.ts';
export { compareVersions } from './discovery/version-order.ts';
export { autoUpdateAnnotation, flowControlBootstrap } from './flow-control/bootstrap-objects.ts';
export type {
  Affinity,
  AggregationRule,
  ClusterRole,
  ClusterRoleBinding,
  Condition,
  ConfigMap,
  Container,
  ContainerState,
  ContainerStateTerminated,
  ContainerStatus,
  ControllerRevision,
  CronJob,
  CronJobSpec,
  CronJobStatus,
  DaemonSet,
  DaemonSetSpec,
  DaemonSetStatus,
  Deployment,
  DeploymentCondition,
  DeploymentSpec,
  DeploymentStatus,
  DiscoveryEndpointPort,
  DownwardAPIVolumeFile,
  Endpoint,
  EndpointAddress,
  EndpointPort,
  EndpointSlice,
  EndpointSubset,
  Endpoints,
  EnvFromSource,
  EnvVar,
  EnvVarSource,
  Event,
  EventsEvent,
  FlowSchema,
  Job,
  JobCondition,
  JobSpec,
  JobStatus,
  KeyToPath,
  LabelSelector,
  Lease,
  LimitRange,
  LimitRangeItem,
  Namespace,
  Node,
  NodeAddress,
  NodeAffinity,
  NodeCondition,
  NodeSelectorTerm,
  NodeSpec,
  NodeStatus,
  ObjectReference,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  PodAffinityTerm,
  PodCondition,
  PodDisruptionBudget,
  PodDisruptionBudgetStatus,
  PodFailurePolicy,
  PodFailurePolicyRule,
  PodSpec,
  PodStatus,
  PodTemplateSpec,
  PolicyRule,
  PriorityClass,
  PriorityLevelConfiguration,
  Probe,
  ReplicaSet,
  ReplicaSetCondition,
  ReplicaSetStatus,
  ReplicationController,
  ResourceFieldSelector,
  ResourceQuota,
  ResourceRequirements,
  Role,
  RoleBinding,
  RoleRef,
  RuntimeClass,
  Secret,
  Service,
  ServiceAccount,
  ServicePort,
  ServiceSpec,
  StatefulSet,
  StatefulSetSpec,
  StatefulSetStatus,
  StorageClass,
  Subject,
  SuccessPolicy,
  Taint,
  Toleration,
  TopologySpreadConstraint,
  Volume,
  VolumeMount,
  VolumeProjection,
  WeightedPodAffinityTerm,
} from './generated/api-types.ts';
export { type AdmittedUpdate, type KindAdmission, requireUpdateAdmitted } from './lifecycle/admission.ts';
export { scaleColumns } from './scale/scale-columns.ts';
export { type Scale, scaled, scaleOf, scaleTypeMeta } from './scale/scale-of.ts';
export {
  abortedAnnotation,
  blueGreenAnnotations,
  blueGreenStrategy,
  liveGate,
  sideAnnotation,
} from './deployment/blue-green.ts';
export type {
  ClusterPlace,
  Grants,
  KindDefinition,
  KindScale,
  KindStrategy,
  ServedVersion,
  Subresource,
  TableColumn,
  UpdateStrategy,
  Verb,
} from './kind-definition.ts';
export { type PodReferences, podReferences, type TokenReference } from './pod/pod-references.ts';
export { totalOfPod } from './pod-template/pod-totals.ts';
export { policyResources } from './rbac/policy-resources.ts';
export { uncoveredRules } from './rbac/uncovered-rules.ts';
export { bootstrapObjectsOf } from './registry/bootstrap-objects-of.ts';
export { withBootstrapObjects } from './registry/with-bootstrap-objects.ts';
export { beforeCreate } from './lifecycle/before-create.ts';
export { beforeDelete, type Deletion } from './lifecycle/before-delete.ts';
export {
  beforeFinalize,
  beforeUpdate,
  beforeUpdateIn,
  beforeUpdateStatus,
  beforeUpdateSubresource,
  checkUpdatePreconditions,
} from './lifecycle/before-update.ts';
export { type MetadataChanges, withMetadata } from './lifecycle/metadata.ts';
export {
  assignmentRoom,
  type AssignmentRoom,
  defaultServiceNetwork,
  type ServiceNetwork,
} from './lifecycle/assignment-room.ts';
export type { DeleteOptions, LifecycleContext, Mutation } from './lifecycle/mutation.ts';
export { type WriteAttributes, writeAttributes } from './lifecycle/write-attributes.ts';
export { nodePoolRequirements } from './node/node-pool.ts';
export { type Cluster, clusterFinalizer, type ClusterPhase, type ClusterSpec } from './platform/cluster.ts';
export { clusterStatus } from './platform/cluster-status.ts';
export { type ConditionState, withConditions } from './platform/conditions.ts';
export { planCounters } from './platform/plan-counters.ts';
export { withoutFinalizer } from './platform/held-by-finalizer.ts';
export type { ClusterTemplate } from './platform/cluster-template.ts';
export { decodeTemplateObject } from './platform/template-objects.ts';
export type { Plan, PlanSpec } from './platform/plan.ts';
export type { Token, TokenSpec, TokenType } from './token/token.ts';
export {
  type Tenant,
  tenantFinalizer,
  type TenantPhase,
  type TenantSpec,
  type TenantSubject,
} from './platform/tenant.ts';
export type { AuditEvent, AuditUser } from './audit/audit-event.ts';
export { auditLevels } from './audit/audit-schema.ts';
export type { AuditLevel, AuditPolicy, AuditPolicySpec, AuditRule } from './audit/audit-policy.ts';
export { builtinKinds } from './registry/builtin-kinds.ts';
export { builtinRegistry, kubernetesSchema, tenantRegistry } from './registry/builtin-registry.ts';
export { createRegistry } from './registry/create-registry.ts';
export { withOwnNodes } from './registry/with-own-nodes.ts';
export { encryptedResources } from './registry/encrypted-resources.ts';
export type { KindRegistry, ResourceName, ServedKind } from './registry/kind-registry.ts';
export { apiVersionOf, groupKind, groupResource, resourceName } from './registry/resource-name.ts';
export type {
  ClaimRule,
  ClaimValidationRule,
  TrustedIssuer,
  TrustedIssuerSpec,
  TrustedIssuerStatus,
} from './trusted-issuer/trusted-issuer-spec.ts';
export { counterOf } from './resource-quota/counter-of.ts';
export { currentPeriods, type UsagePeriod, usagePeriod } from './metering/usage-period.ts';
export {
  meteredName,
  usageCost,
  type UsageItem,
  type UsageReport,
  usageTotals,
} from './metering/usage-report.ts';
export { claimProtectionFinalizer } from './persistent-volume-claim/persistent-volume-claim.ts';
export { withDefaultClass } from './persistent-volume-claim/claim-admission.ts';
export { volumeProtectionFinalizer } from './persistent-volume/persistent-volume.ts';
export { classOf, namesClass } from './storage-class/class-of.ts';
export {
  localDirectoryFinalizer,
  localNodeAnnotation,
  localProvisioner,
} from './storage-class/local-class.ts';
export { storageClassesWith } from './storage-class/stored-classes.ts';
