import type { Pod } from '@berth/kinds';
import type { PodContainer } from '../pod/container-record.ts';

/** What a simulated container does. Absent seconds mean never. */
export interface ContainerScript {
  readonly startDelayMs: number;
  readonly runSeconds: number | undefined;
  readonly exitCode: number;
  /** The first so many attempts fail, with `exitCode` or 1; later ones succeed. */
  readonly failTimes: number | undefined;
  readonly readyAfterSeconds: number | undefined;
  /** From then on it is not ready any more. */
  readonly unreadyAfterSeconds: number | undefined;
  /** What holds now, whatever the times say. */
  readonly ready: boolean | undefined;
  readonly startedAfterSeconds: number | undefined;
  /** Its liveness probe fails then. */
  readonly livenessFailsAfterSeconds: number | undefined;
  /** How long it takes to end once it is asked to; undefined for until it is killed. */
  readonly stopSeconds: number | undefined;
  /** What it is said to use while it runs. */
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  /** Instead of `Completed` or `Error`. */
  readonly exitReason: string | undefined;
  readonly terminationMessage: string | undefined;
  /** It never starts, and waits for this reason. */
  readonly waitingReason: string | undefined;
}

const prefix = 'simulated.berth.dev/';
const defaultStartDelayMs = 100;
const defaultRunSeconds = 1;

/**
 * Reads what a container is to do from its pod's annotations: `simulated.berth.dev/<what>` for all containers of the
 * pod, `simulated.berth.dev/<what>.<container>` for one.
 *
 * | annotation | meaning | default |
 * |---|---|---|
 * | `start-delay-ms` | time until it runs | 100 |
 * | `run-seconds` | time until it ends; `forever` | 1; for main containers of restart policy Always and for sidecars, forever |
 * | `exit-code` | how it ends | 0 |
 * | `fail-times` | the first so many attempts end with `exit-code` (or 1), the others with 0 | |
 * | `exit-reason` | the reason that its end shows (`OOMKilled`) | `Completed` or `Error` |
 * | `termination-message` | what it says as it ends | |
 * | `started-after-seconds` | time until its startup probe succeeds; `never` | 0 |
 * | `ready-after-seconds` | time until it is ready; `never` | 0 |
 * | `unready-after-seconds` | time until it is not ready any more | |
 * | `ready` | `true` or `false`, whatever the times say; may be changed while it runs | |
 * | `liveness-fails-after-seconds` | time until its liveness probe fails, in each attempt | |
 * | `cpu-millis` | the processor time that its stats tell of, in thousandths of a processor | 0 |
 * | `memory-bytes` | the memory that its stats tell of | 0 |
 * | `stop-seconds` | how long it takes to end once it is asked to; `never` until it is killed | 0 |
 * | `waiting-reason` | it never starts, and waits for this reason (`ImagePullBackOff`) | |
 *
 * A value that cannot be read counts as absent.
 */
export function containerScript({ metadata, spec }: Pod, { container, role }: PodContainer): ContainerScript {
  const annotations = metadata.annotations ?? {};
  const valueOf = (what: string) =>
    annotations[`${prefix}${what}.${container.name}`] ?? annotations[`${prefix}${what}`];
  const policy = container.restartPolicy ?? spec?.restartPolicy ?? 'Always';
  const runsOn = role === 'sidecar' || (role === 'main' && policy === 'Always');
  return {
    startDelayMs: numberOf(valueOf('start-delay-ms')) ?? defaultStartDelayMs,
    runSeconds:
      role === 'sidecar' || valueOf('run-seconds') === 'forever'
        ? undefined
        : (numberOf(valueOf('run-seconds')) ?? (runsOn ? undefined : defaultRunSeconds)),
    exitCode: numberOf(valueOf('exit-code')) ?? 0,
    failTimes: numberOf(valueOf('fail-times')),
    readyAfterSeconds: secondsOrNever(valueOf('ready-after-seconds')),
    unreadyAfterSeconds: numberOf(valueOf('unready-after-seconds')),
    ready: booleanOf(valueOf('ready')),
    startedAfterSeconds: secondsOrNever(valueOf('started-after-seconds')),
    livenessFailsAfterSeconds: numberOf(valueOf('liveness-fails-after-seconds')),
    stopSeconds: secondsOrNever(valueOf('stop-seconds')),
    cpuMillis: numberOf(valueOf('cpu-millis')) ?? 0,
    memoryBytes: numberOf(valueOf('memory-bytes')) ?? 0,
    exitReason: valueOf('exit-reason'),
    terminationMessage: valueOf('termination-message'),
    waitingReason: valueOf('waiting-reason'),
  };
}

/** How an attempt ends that comes to its end. */
export function exitCodeOf({ exitCode, failTimes }: ContainerScript, attempt: number): number {
  if (failTimes === undefined) return exitCode;
  return attempt < failTimes ? exitCode || 1 : 0;
}

/** 0 unless it is said. */
function secondsOrNever(text: string | undefined): number | undefined {
  return text === 'never' ? undefined : (numberOf(text) ?? 0);
}

function booleanOf(text: string | undefined): boolean | undefined {
  return text === 'true' ? true : text === 'false' ? false : undefined;
}

function numberOf(text: string | undefined): number | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const number = Number(text);
  return Number.isFinite(number) && number >= 0 ? number : undefined;
}
