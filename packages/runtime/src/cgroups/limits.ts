import type { Container, PodSpec, ResourceRequirements } from '@berth/kinds';
import { totalOfPod } from '@berth/kinds';
import { quantityMillis, quantityUnits } from '@berth/machinery';

/** What a cgroup allows. An absent limit is none. */
export interface Limits {
  /** The share of the processors when these are short, in thousandths of one; 0 takes what others leave. */
  readonly cpuRequestMillis: number;
  readonly cpuLimitMillis?: number;
  readonly memoryLimitBytes?: number;
  readonly pidsLimit?: number;
}

export function containerLimits({ resources }: Container): Limits {
  return limitsOf(resources ?? {});
}

/** A pod as a whole is limited where each of its containers is, or where it says so itself. */
export function podLimits(spec: PodSpec, pidsLimit: number | undefined): Limits {
  const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  const limits = Object.fromEntries(
    Object.entries(totalOfPod(spec, 'limits')).filter(
      ([name]) =>
        spec.resources?.limits?.[name] !== undefined ||
        containers.every(({ resources }) => resources?.limits?.[name] !== undefined),
    ),
  );
  return {
    ...limitsOf({ requests: totalOfPod(spec, 'requests'), limits }),
    ...(pidsLimit === undefined ? {} : { pidsLimit }),
  };
}

/** Whether a container wants limits that only a cgroup can hold it to; their names. */
export function limitedResources({ resources }: Container): string[] {
  return ['cpu', 'memory'].filter((name) => resources?.limits?.[name] !== undefined);
}

function limitsOf({ requests = {}, limits = {} }: ResourceRequirements): Limits {
  const { cpu, memory } = limits;
  // As in the API: a limit without a request is requested.
  const requested = requests['cpu'] ?? cpu;
  return {
    cpuRequestMillis: requested === undefined ? 0 : quantityMillis(requested),
    ...(cpu === undefined ? {} : { cpuLimitMillis: quantityMillis(cpu) }),
    ...(memory === undefined ? {} : { memoryLimitBytes: quantityUnits(memory) }),
  };
}
