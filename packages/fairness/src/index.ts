export { estimateSeats, type WorkRequest } from './estimate-seats.ts';
export type { FlowRequest, PathTarget, ResourceTarget } from './flow-request.ts';
export type { PriorityLevel } from './priority-level.ts';
export { SeatDispatcher, type SeatDispatcherOptions } from './seat-dispatcher.ts';
export type { Seat, SeatRefusal, SeatRequest } from './seat-request.ts';
export { compileSteering, type Flow, type Steering } from './steering.ts';
export { createTimeSlices, type TimeSlices, type TimeSlicesOptions } from './time-slices.ts';
export type { RequestBudget } from './token-bucket.ts';
export { type LeasedTokens, TokenLeases, type TokenLeasesOptions, type TokenSource } from './token-leases.ts';
