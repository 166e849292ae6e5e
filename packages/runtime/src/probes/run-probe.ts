import type { Container, Probe } from '@berth/kinds';
import { duration, messageOf } from '../actions/go-words.ts';
import { grpcHealth } from '../actions/grpc-health.ts';
import { httpGet } from '../actions/http-get.ts';
import { resolvePort } from '../actions/resolve-port.ts';
import type { RunCommand } from '../actions/run-command.ts';
import { tcpDial } from '../actions/tcp-dial.ts';
import { timeoutMs } from './probe-verdict.ts';

/** One run of a probe. `output` is for Events, in the kubelet's words. */
export type ProbeOutcome =
  | { readonly type: 'success' }
  /** It succeeded, but should be looked at. */
  | { readonly type: 'warning'; readonly output: string }
  | { readonly type: 'failure'; readonly output: string }
  /** It could not be run, and says nothing of the container. */
  | { readonly type: 'error'; readonly message: string };

interface ProbeTarget {
  readonly container: Container;
  /** Where the pod is reached. */
  readonly host: string;
  readonly runCommand: RunCommand;
  /** Aborted when nobody wants to know any more. */
  readonly signal: AbortSignal;
}

/** What runs probes: real ones, or none where nothing runs. */
export type RunProbe = (probe: Probe, target: ProbeTarget) => Promise<ProbeOutcome>;

/** Runs a probe once, as the kubelet does, within its timeout. */
export const runProbe: RunProbe = async (probe, target) => {
  const signal = AbortSignal.any([target.signal, AbortSignal.timeout(timeoutMs(probe))]);
  if (probe.exec !== undefined) return execProbe(probe, target);
  if (probe.httpGet !== undefined) return httpProbe(probe.httpGet, { ...target, signal });
  const { container, host } = target;
  if (probe.tcpSocket !== undefined) {
    const { port, host: named } = probe.tcpSocket;
    return dialled(container, port, (number) => tcpDial(named || host, number, signal));
  }
  if (probe.grpc !== undefined) {
    const { port, service = '' } = probe.grpc;
    return dialled(container, port, (number) =>
      grpcHealth({ host, port: number, service, timeoutMs: timeoutMs(probe), signal }),
    );
  }
  return { type: 'error', message: 'missing probe handler' };
};

async function execProbe(
  probe: Probe,
  { container, runCommand, signal }: ProbeTarget,
): Promise<ProbeOutcome> {
  const command = probe.exec?.command ?? [];
  const limitMs = timeoutMs(probe);
  const outcome = await runCommand(container.name, command, { timeoutMs: limitMs, signal });
  if (outcome.type === 'failed') return { type: 'error', message: outcome.message };
  if (outcome.type === 'timed-out') {
    const output = `command timed out: ${JSON.stringify(command.join(' '))} timed out after ${duration(limitMs)}`;
    return { type: 'failure', output };
  }
  return outcome.exitCode === 0 ? { type: 'success' } : { type: 'failure', output: outcome.output };
}

async function httpProbe(
  action: NonNullable<Probe['httpGet']>,
  { container, host, signal }: ProbeTarget,
): Promise<ProbeOutcome> {
  try {
    resolvePort(action.port, container);
  } catch (error) {
    return { type: 'error', message: messageOf(error) };
  }
  try {
    const { statusCode, body } = await httpGet(action, { container, host, purpose: 'probe', signal });
    if (statusCode >= 200 && statusCode < 300) return { type: 'success' };
    if (statusCode >= 300 && statusCode < 400) {
      return { type: 'warning', output: `Probe terminated redirects, Response body: ${body}` };
    }
    // Not the body: whoever may read Events may see less than the container's answers hold.
    return { type: 'failure', output: `HTTP probe failed with statuscode: ${statusCode}` };
  } catch (error) {
    return { type: 'failure', output: messageOf(error) };
  }
}

async function dialled(
  container: Container,
  port: number | string,
  dial: (port: number) => Promise<void>,
): Promise<ProbeOutcome> {
  let number: number;
  try {
    number = resolvePort(port, container);
  } catch (error) {
    return { type: 'error', message: messageOf(error) };
  }
  return dial(number).then(
    () => ({ type: 'success' }),
    (error: unknown) => ({ type: 'failure', output: messageOf(error) }),
  );
}
