export { type Clock, systemClock } from './clock.ts';
export type {
  ContainerObservation,
  InputEntries,
  LogQuery,
  PodIdentity,
  PodInputs,
  PodObservation,
  PodRuntime,
  RuntimeEvent,
} from './pod-runtime.ts';
export { tokenInputKey } from './pod-runtime.ts';
export { detectMountNamespace, type MountNamespace } from './process/mount-namespace.ts';
export { ProcessRuntime, type ProcessRuntimeOptions } from './process/process-runtime.ts';
export { SimulatedRuntime, type SimulatedRuntimeOptions } from './simulated/simulated-runtime.ts';
export { RuntimeError, type RuntimeErrorCode } from './runtime-error.ts';
