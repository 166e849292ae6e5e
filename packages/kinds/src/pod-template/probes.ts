import {
  checkHttpHeaderName,
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  notSupported,
  required,
} from '@berth/machinery';
import type { HTTPGetAction, Lifecycle, LifecycleHandler, Probe } from '../generated/api-types.ts';
import { invalidFor, validateNonNegative } from './field-checks.ts';
import { validatePortNumberOrName } from './ports.ts';

/** What probes and lifecycle hooks are checked against. */
export interface HandlerContext {
  /** The pod's `terminationGracePeriodSeconds`. */
  readonly gracePeriodSeconds: number | undefined;
}

/** All of a container's probes. */
export function validateProbes(
  probes: Partial<Record<'livenessProbe' | 'readinessProbe' | 'startupProbe', Probe>>,
  at: FieldPath,
  context: HandlerContext,
): FieldError[] {
  const { livenessProbe, readinessProbe, startupProbe } = probes;
  const errors: FieldError[] = [];
  if (livenessProbe) {
    const probeAt = at.child('livenessProbe');
    errors.push(
      ...validateProbe(livenessProbe, probeAt, context),
      ...validateOneSuccess(livenessProbe, probeAt),
    );
  }
  if (readinessProbe) {
    const probeAt = at.child('readinessProbe');
    errors.push(...validateProbe(readinessProbe, probeAt, context));
    const { terminationGracePeriodSeconds: seconds } = readinessProbe;
    if (seconds !== undefined) {
      const secondsAt = probeAt.child('terminationGracePeriodSeconds');
      errors.push(invalid(secondsAt, seconds, 'must not be set for readinessProbes'));
    }
  }
  if (startupProbe) {
    const probeAt = at.child('startupProbe');
    errors.push(
      ...validateProbe(startupProbe, probeAt, context),
      ...validateOneSuccess(startupProbe, probeAt),
    );
  }
  return errors;
}

function validateOneSuccess({ successThreshold = 0 }: Probe, at: FieldPath): FieldError[] {
  return successThreshold === 1 ? [] : [invalid(at.child('successThreshold'), successThreshold, 'must be 1')];
}

function validateProbe(probe: Probe, at: FieldPath, context: HandlerContext): FieldError[] {
  const { terminationGracePeriodSeconds: graceSeconds } = probe;
  const errors = validateHandler(probe, at, context);
  for (const field of [
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
  ] as const) {
    errors.push(...validateNonNegative(probe[field], at.child(field)));
  }
  if (graceSeconds !== undefined && graceSeconds <= 0) {
    errors.push(invalid(at.child('terminationGracePeriodSeconds'), graceSeconds, 'must be greater than 0'));
  }
  return errors;
}

export function validateLifecycle(
  lifecycle: Lifecycle,
  at: FieldPath,
  context: HandlerContext,
): FieldError[] {
  const { postStart, preStop } = lifecycle;
  return [
    ...(postStart ? validateHandler(postStart, at.child('postStart'), context) : []),
    ...(preStop ? validateHandler(preStop, at.child('preStop'), context) : []),
  ];
}

/** Every action that a probe or a hook may take; which may stand where is the type's business. */
type Handler = Pick<Probe, 'exec' | 'httpGet' | 'tcpSocket' | 'grpc'> & Pick<LifecycleHandler, 'sleep'>;

/** Exactly one action, and that a valid one. */
function validateHandler(
  handler: Handler,
  at: FieldPath,
  { gracePeriodSeconds }: HandlerContext,
): FieldError[] {
  const { exec, httpGet, tcpSocket, grpc, sleep } = handler;
  const actions: Array<readonly [field: string, errors: () => FieldError[]]> = [];
  if (exec) {
    const command = exec.command ?? [];
    actions.push(['exec', () => (command.length > 0 ? [] : [required(at.child('exec', 'command'))])]);
  }
  if (httpGet) actions.push(['httpGet', () => validateHttpGet(httpGet, at.child('httpGet'))]);
  if (tcpSocket) {
    actions.push([
      'tcpSocket',
      () => validatePortNumberOrName(tcpSocket.port, at.child('tcpSocket', 'port')),
    ]);
  }
  if (grpc) actions.push(['grpc', () => validatePortNumberOrName(grpc.port, at.child('grpc', 'port'))]);
  if (sleep) {
    actions.push(['sleep', () => validateSleep(sleep.seconds, at.child('sleep'), gracePeriodSeconds)]);
  }
  const [first, ...more] = actions;
  if (!first) return [required(at, 'must specify a handler type')];
  const tooMany = more.map(([field]) =>
    forbidden(at.child(field), 'may not specify more than 1 handler type'),
  );
  return [...first[1](), ...tooMany];
}

function validateSleep(seconds: number, at: FieldPath, graceSeconds: number | undefined): FieldError[] {
  if (graceSeconds === undefined || (seconds >= 0 && seconds <= graceSeconds)) return [];
  const detail = `must be non-negative and less than terminationGracePeriodSeconds (${graceSeconds})`;
  return [invalid(at, seconds, detail)];
}

const httpSchemes = ['HTTP', 'HTTPS'];

function validateHttpGet(action: HTTPGetAction, at: FieldPath): FieldError[] {
  const { path, port, httpHeaders } = action;
  const scheme: string = action.scheme ?? '';
  const headers = at.child('httpHeaders');
  return [
    ...(path ? [] : [required(at.child('path'))]),
    ...validatePortNumberOrName(port, at.child('port')),
    ...(httpSchemes.includes(scheme) ? [] : [notSupported(at.child('scheme'), scheme, httpSchemes)]),
    ...(httpHeaders ?? []).flatMap(({ name }) =>
      invalidFor({ at: headers, value: name }, checkHttpHeaderName(name)),
    ),
  ];
}
