import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  detectCgroups,
  detectMountNamespace,
  type MountNamespace,
  type PodRuntime,
  ProcessRuntime,
  SimulatedRuntime,
  systemClock,
} from '@berth/runtime';
import type { Logger } from 'pino';
import { simulatedMachine, thisMachine } from './fleet/this-machine.ts';
import type { Machine } from './fleet/node-object.ts';
import { type NodeUsage, thisMachinesUsage } from './fleet/node-usage.ts';
import type { NodeSettings } from './settings.ts';

export interface NodeRuntime {
  readonly runtime: PodRuntime;
  readonly machine: () => Machine;
  readonly usage?: () => NodeUsage;
}

/** Prepares the runtimes of an agent's nodes. */
export async function createRuntimes(
  settings: NodeSettings,
  log: Logger,
): Promise<(nodeName: string, index: number) => NodeRuntime> {
  if (settings.runtime === 'simulated') {
    return (_nodeName, index) => ({
      runtime: new SimulatedRuntime({ clock: systemClock, nodeIndex: index }),
      machine: simulatedMachine,
    });
  }
  log.warn(
    'the process runtime is for development: it runs containers as local processes with the rights of this agent and isolates nothing',
  );
  const mountNamespace = await detectMountNamespace();
  if (mountNamespace.type === 'unavailable') {
    log.warn(
      { reason: mountNamespace.reason },
      'this system allows no mount namespaces: containers with volume mounts will not start',
    );
  }
  return (nodeName) => processRuntime(nodeName, { settings, log, mountNamespace });
}

function processRuntime(
  nodeName: string,
  options: { readonly settings: NodeSettings; readonly log: Logger; readonly mountNamespace: MountNamespace },
): NodeRuntime {
  const { settings, log, mountNamespace } = options;
  const dataDirectory = join(settings.dataDirectory, nodeName);
  mkdirSync(dataDirectory, { recursive: true, mode: 0o711 });
  const machine = () => thisMachine(dataDirectory);
  const { cpus, memoryBytes } = machine();
  const cgroups = detectCgroups(dataDirectory);
  if (cgroups.type === 'unavailable') {
    log.warn({ reason: cgroups.reason }, 'containers are not held to their limits of cpu and memory here');
  }
  const runtime = new ProcessRuntime({
    nodeName,
    nodeIp: settings.address,
    allocatable: { cpu: String(cpus), memory: String(memoryBytes) },
    baseEnvironment: { PATH: settings.searchPath, HOME: settings.home },
    services: apiService(new URL(settings.apiUrl)),
    mountNamespace,
    cgroups,
    ...(settings.podPidsLimit === undefined ? {} : { podPidsLimit: settings.podPidsLimit }),
    clock: systemClock,
    dataDirectory,
    hostPaths: settings.hostPaths,
    onError: (err) => log.error({ err, node: nodeName }, 'the process runtime failed'),
  });
  return { runtime, machine, usage: () => thisMachinesUsage(dataDirectory, systemClock.now()) };
}

/** The variables by which clients in a pod find the API server. */
function apiService({ hostname, port, protocol }: URL): Record<string, string> {
  const host = hostname.replaceAll(/^\[|\]$/g, '');
  const number = port === '' ? (protocol === 'https:' ? '443' : '80') : port;
  const link = `tcp://${hostname}:${number}`;
  return {
    KUBERNETES_SERVICE_HOST: host,
    KUBERNETES_SERVICE_PORT: number,
    KUBERNETES_SERVICE_PORT_HTTPS: number,
    KUBERNETES_PORT: link,
    [`KUBERNETES_PORT_${number}_TCP`]: link,
    [`KUBERNETES_PORT_${number}_TCP_PROTO`]: 'tcp',
    [`KUBERNETES_PORT_${number}_TCP_PORT`]: number,
    [`KUBERNETES_PORT_${number}_TCP_ADDR`]: host,
  };
}
