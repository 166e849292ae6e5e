import { type FieldError, forbidden, path } from '@berth/machinery';
import type { Container, PodSpec, PodStatus } from '../generated/api-types.ts';

/** Containers that have ended for good stay ended. */
export function validateContainerTransitions(next: PodStatus, old: PodStatus, spec: PodSpec): FieldError[] {
  const containers = spec.containers ?? [];
  const initContainers = spec.initContainers ?? [];
  const restartsAll = [...containers, ...initContainers].some((container) =>
    (container.restartPolicyRules ?? []).some((rule) => rule.action === 'RestartAllContainers'),
  );
  const mayRestart = (list: readonly Container[]) => (name: string, exitCode: number) => {
    const container = list.find((candidate) => candidate.name === name);
    return container !== undefined && shouldRestart(container, spec, exitCode);
  };
  return [
    ...(restartsAll
      ? []
      : [
          ...validateTransitions('containerStatuses', { next, old, mayRestart: mayRestart(containers) }),
          ...validateTransitions('initContainerStatuses', {
            next,
            old,
            mayRestart: mayRestart(initContainers),
          }),
        ]),
    ...validateTransitions('ephemeralContainerStatuses', { next, old, mayRestart: () => false }),
  ];
}

type StatusList = 'containerStatuses' | 'initContainerStatuses' | 'ephemeralContainerStatuses';

interface Transition {
  readonly next: PodStatus;
  readonly old: PodStatus;
  readonly mayRestart: (name: string, exitCode: number) => boolean;
}

function validateTransitions(list: StatusList, { next, old, mayRestart }: Transition): FieldError[] {
  return (old[list] ?? []).flatMap(({ name, state }, index) => {
    if (!state?.terminated) return [];
    const status = (next[list] ?? []).find((candidate) => candidate.name === name);
    if (!status || status.state?.terminated || mayRestart(name, state.terminated.exitCode)) return [];
    const at = path('status', list).index(index).child('state');
    return [forbidden(at, 'may not be transitioned to non-terminated state')];
  });
}

/** By the container's own rules and policy, then by the pod's. */
function shouldRestart(container: Container, spec: PodSpec, exitCode: number): boolean {
  const { restartPolicy, restartPolicyRules } = container;
  if (restartPolicy !== undefined) {
    const rule = (restartPolicyRules ?? []).find(({ exitCodes }) => {
      if (!exitCodes) return false;
      return (exitCodes.values ?? []).includes(exitCode) === (exitCodes.operator === 'In');
    });
    if (rule) return true;
  }
  const policy = restartPolicy ?? spec.restartPolicy;
  if (policy === 'OnFailure') return exitCode !== 0;
  return policy !== 'Never';
}
