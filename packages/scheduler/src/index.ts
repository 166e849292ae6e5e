export type { AssignedPods, Candidate } from './candidate.ts';
export { hasRoom } from './has-room.ts';
export { podRequests } from './pod-requests.ts';
export type { Resources } from './resources.ts';
export { type SchedulingOptions, type SchedulingResult, schedulePod } from './schedule-pod.ts';
