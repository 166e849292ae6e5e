import { BerthError } from '@berth/machinery';

/** Why a worker cannot start. The message says what to look at. */
export class WorkerStartError extends BerthError {}
