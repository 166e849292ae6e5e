export { type Clock, systemClock } from './clock.ts';
export { type Cgroups, detectCgroups } from './cgroups/detect-cgroups.ts';
export {
  type ContainerObservation,
  type InputEntries,
  type LimitsReport,
  type LogQuery,
  type PodIdentity,
  type PodInputs,
  type PodObservation,
  type PodRuntime,
  type RuntimeEvent,
  tokenInputKey,
} from './pod-runtime.ts';
export { detectMountNamespace, type MountNamespace } from './process/mount-namespace.ts';
export { ProcessRuntime, type ProcessRuntimeOptions } from './process/process-runtime.ts';
export { stopGroups } from './pod/critical-pods.ts';
export { unstartedPod } from './pod/unstarted-pod.ts';
export { type PodUsage, type ProcessUsage, totalUsage } from './usage/usage.ts';
export { RuntimeError, type RuntimeErrorCode } from './runtime-error.ts';
export { SimulatedRuntime, type SimulatedRuntimeOptions } from './simulated/simulated-runtime.ts';
export { type LocalVolume, LocalVolumes } from './volumes/local-volumes.ts';
