import type { RunCommand } from '../actions/run-command.ts';
import type { RunHook } from '../hooks/run-hook.ts';
import type { RunProbe } from '../probes/run-probe.ts';

/** How a runtime asks its containers something: probes and hooks. One that has no processes has none of it. */
export interface ContainerActions {
  readonly runCommand: RunCommand;
  readonly runProbe: RunProbe;
  readonly runHook: RunHook;
  /** 0 to 1; spreads probes over their period after a restart of the agent. */
  readonly random: () => number;
}
