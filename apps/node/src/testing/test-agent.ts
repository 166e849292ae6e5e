import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Container, Pod, PodSpec } from '@berth/kinds';
import { type Clock, detectMountNamespace, ProcessRuntime, systemClock } from '@berth/runtime';
import { pino } from 'pino';
import { thisMachinesUsage } from '../fleet/node-usage.ts';
import { thisMachine } from '../fleet/this-machine.ts';
import { type NodeAgent, startNodeAgent } from '../node-agent.ts';
import { FleetApi } from './fleet-api.ts';

export const nodeName = 'node-1';

/** An agent with the process runtime against a {@link FleetApi}. */
export class TestAgent {
  readonly api: FleetApi;
  readonly directory: string;
  readonly #clock: Clock;
  #agent: NodeAgent | undefined;

  private constructor(api: FleetApi, directory: string, clock: Clock) {
    this.api = api;
    this.directory = directory;
    this.#clock = clock;
  }

  static async start(clock: Clock = systemClock): Promise<TestAgent> {
    const directory = await mkdtemp(join(tmpdir(), 'berth-agent-'));
    const agent = new TestAgent(await FleetApi.start(), directory, clock);
    await agent.open();
    return agent;
  }

  get port(): number {
    return this.#agent?.port ?? 0;
  }

  get registered(): Promise<void> {
    return this.#agent?.registered ?? Promise.resolve();
  }

  async open(): Promise<void> {
    const runtime = new ProcessRuntime({
      nodeName,
      nodeIp: '127.0.0.1',
      allocatable: { cpu: '2', memory: '1Gi' },
      baseEnvironment: { PATH: '/usr/bin:/bin' },
      services: {},
      mountNamespace: await detectMountNamespace(),
      cgroups: { type: 'unavailable', reason: 'not looked for' },
      clock: systemClock,
      dataDirectory: this.directory,
      hostPaths: [],
      onError: (error) => {
        throw error;
      },
    });
    this.#agent = await startNodeAgent({
      apiUrl: this.api.url,
      ca: undefined,
      nodes: [
        {
          name: nodeName,
          token: { read: () => Promise.resolve('node-token'), forget: () => {} },
          runtime,
          machine: () => thisMachine(this.directory),
          usage: () => thisMachinesUsage(this.directory, new Date()),
        },
      ],
      address: '127.0.0.1',
      port: 0,
      clock: this.#clock,
      log: pino({ level: 'silent' }),
    });
  }

  /** Ends the agent alone; its containers go on. */
  async closeAgent(): Promise<void> {
    await this.#agent?.close({ pods: 'go-on' });
    this.#agent = undefined;
  }

  /** The node goes for good. */
  async terminate(maxGraceSeconds: number): Promise<void> {
    await this.#agent?.close({ pods: 'terminate', maxGraceSeconds });
    this.#agent = undefined;
  }

  async close(): Promise<void> {
    await this.#agent?.close({ pods: 'stop', maxGraceSeconds: 0 });
    await this.api.close();
    await rm(this.directory, { recursive: true, force: true });
  }
}

export const shell = (name: string, script: string): Container => ({
  name,
  image: 'any',
  command: ['/bin/sh', '-c', script],
});

/** A pod of namespace `shop` in cluster `default`, bound to the test's node. */
export function podOf(name: string, spec: PodSpec): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', generation: 1 },
    spec: { restartPolicy: 'Never', terminationGracePeriodSeconds: 2, nodeName, ...spec },
    status: {
      phase: 'Pending',
      qosClass: 'BestEffort',
      conditions: [{ type: 'PodScheduled', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }],
    },
  };
}
