export type { OutboxConsumer } from './duties/deliver-outbox.ts';
export { type BerthWorker, startWorker, type WorkerOptions } from './start-worker.ts';
export type { TurnSize } from './turn/cluster-turn.ts';
export { WorkerStartError } from './worker-start-error.ts';
