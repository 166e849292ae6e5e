import type { Container } from '@berth/kinds';
import { messageOf } from '../actions/go-words.ts';
import { httpGet } from '../actions/http-get.ts';
import type { RunCommand } from '../actions/run-command.ts';
import type { Clock } from '../clock.ts';

/** `LifecycleHandler` of postStart or preStop. */
export type HookHandler = NonNullable<NonNullable<Container['lifecycle']>['postStart']>;

interface HookTarget {
  readonly container: Container;
  /** Where the pod is reached. */
  readonly host: string;
  readonly runCommand: RunCommand;
  readonly clock: Clock;
  /** Ends the hook: its time is over, or its container has ended. */
  readonly signal: AbortSignal;
}

/** Runs a hook to its end. The result is why it failed, undefined if it did not. */
export type RunHook = (handler: HookHandler, target: HookTarget) => Promise<string | undefined>;

/**
 * Runs a hook once, as the kubelet does: a command has to exit with 0, a request to be answered, with whatever status.
 * https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/
 */
export const runHook: RunHook = async (handler, target) => {
  const { container, host, runCommand, signal } = target;
  if (handler.exec !== undefined) {
    const command = handler.exec.command ?? [];
    const outcome = await runCommand(container.name, command, { timeoutMs: 0, signal });
    if (outcome.type === 'failed') return outcome.message;
    if (outcome.type === 'timed-out') return 'it was ended before it came to its end';
    return outcome.exitCode === 0 ? undefined : `command exited with ${outcome.exitCode}: ${outcome.output}`;
  }
  if (handler.httpGet !== undefined) {
    return httpGet(handler.httpGet, { container, host, purpose: 'lifecycle', signal }).then(
      () => undefined,
      (error: unknown) => messageOf(error),
    );
  }
  if (handler.sleep !== undefined) return sleep(handler.sleep.seconds * 1000, target);
  return 'invalid handler: it has neither exec, httpGet nor sleep';
};

function sleep(ms: number, { clock, signal }: HookTarget): Promise<string | undefined> {
  return new Promise((resolve) => {
    const cancel = clock.at(new Date(clock.now().getTime() + ms), () => resolve(undefined));
    const onAbort = () => {
      cancel();
      resolve('container terminated before sleep hook finished');
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}
