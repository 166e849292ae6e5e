import type { Pod } from '@berth/kinds';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPodReady } from '../pods/pod-state.ts';
import {
  agent,
  agentOf,
  changeNode,
  type DaemonScenario,
  placement,
  rollOn,
  startWithNodes,
  updateImage,
} from '../testing/daemon-scenario.ts';
import { targetNode } from './daemon-pod.ts';

const nodes = ['a', 'b', 'c', 'd', 'e'];

/** What may happen, in any order; numbers choose a pod or a node. */
const step = fc.oneof(
  fc.record({ what: fc.constantFrom('run', 'fail', 'delete', 'label', 'unlabel'), which: fc.nat(20) }),
  fc.record({ what: fc.constantFrom('finish', 'wait', 'turn', 'update'), which: fc.nat(2) }),
  fc.record({ what: fc.constantFrom('runAll', 'settle', 'update'), which: fc.nat(2) }),
);

const limits = fc.oneof(
  fc.record({ maxUnavailable: fc.integer({ min: 1, max: 3 }), maxSurge: fc.constant(0) }),
  fc.record({ maxUnavailable: fc.constant(0), maxSurge: fc.integer({ min: 1, max: 3 }) }),
);

function label(scenario: DaemonScenario, name: string, value: string): void {
  changeNode(scenario.cluster, name, { metadata: { name, labels: { wanted: value } } });
}

function happen(scenario: DaemonScenario, { what, which }: { what: string; which: number }): void {
  const { cluster, kubelet } = scenario;
  const pods = kubelet.assigned();
  const pod = pods[which % Math.max(1, pods.length)];
  const node = nodes[which % nodes.length] ?? 'a';
  if (what === 'run' && pod) kubelet.run(pod);
  else if (what === 'fail' && pod) kubelet.end(pod, 1);
  else if (what === 'delete' && pod && !pod.metadata.deletionTimestamp) cluster.delete(pod);
  else if (what === 'label') label(scenario, node, 'yes');
  else if (what === 'unlabel') label(scenario, node, 'no');
  else if (what === 'finish') kubelet.finishTerminating();
  else if (what === 'wait') cluster.advance(2);
  else if (what === 'turn') cluster.turn();
  else if (what === 'settle') cluster.settle();
  else if (what === 'runAll') kubelet.runAll();
  else if (what === 'update') updateImage(cluster, `agent:${which}`);
}

function perNode(pods: readonly Pod[]): number {
  const counts = new Map<string | undefined, number>();
  for (const pod of pods) counts.set(targetNode(pod), (counts.get(targetNode(pod)) ?? 0) + 1);
  return Math.max(0, ...counts.values());
}

/** What holds at every moment, whatever the controller has yet to see. */
function expectInvariants({ cluster }: DaemonScenario, maxSurge: number): void {
  const pods = cluster
    .list<Pod>('pods')
    .filter(({ status }) => !['Failed', 'Succeeded'].includes(status?.phase ?? ''));
  expect(perNode(pods)).toBeLessThanOrEqual(maxSurge > 0 ? 2 : 1);
}

/** The controller itself takes from nodes that want a pod no more ready ones than the limit allows. */
function expectLimit({ cluster }: DaemonScenario, since: number, maxUnavailable: number): void {
  const taken = cluster.log.slice(since).filter(({ resource, by, before, after }) => {
    const pod: Pod | undefined = before;
    if (resource !== 'pods' || by !== 'turn' || !pod || pod.metadata.deletionTimestamp) return false;
    const node = cluster.nodes.find((view) => view.node.metadata.name === targetNode(pod))?.node;
    const isGoing = !after || after.metadata.deletionTimestamp !== undefined;
    return isGoing && isPodReady(pod) && node?.metadata.labels?.['wanted'] === 'yes';
  });
  expect(taken.length).toBeLessThanOrEqual(maxUnavailable);
}

describe('whatever happens to the pods and nodes of a DaemonSet, in whatever portions the turns see it', () => {
  it('no node has too many pods, no more than allowed are taken, and each node that should have one has one in the end', () => {
    const property = fc.property(
      fc.record({ rollingUpdate: limits, startsWhole: fc.boolean() }),
      fc.array(step, { maxLength: 40 }),
      fc.integer({ min: 1, max: 20 }),
      ({ rollingUpdate, startsWhole }, steps, maxWrites) => {
        const scenario = startWithNodes(...nodes);
        const { cluster } = scenario;
        for (const name of nodes) label(scenario, name, 'yes');
        const usual = cluster.budget;
        const updateStrategy = { type: 'RollingUpdate' as const, rollingUpdate };
        cluster.create(agentOf({ spec: { updateStrategy }, podSpec: { nodeSelector: { wanted: 'yes' } } }));
        if (startsWhole) rollOn(scenario);
        cluster.budget = { ...usual, maxWrites };
        for (const next of steps) {
          const since = cluster.log.length;
          happen(scenario, next);
          expectInvariants(scenario, rollingUpdate.maxSurge);
          if (rollingUpdate.maxSurge === 0 && ['turn', 'settle'].includes(next.what)) {
            expectLimit(scenario, since, rollingUpdate.maxUnavailable);
          }
        }
        cluster.budget = usual;
        for (let round = 0; round < 4; round++) {
          rollOn(scenario);
          cluster.advance(1000);
        }
        const wanted = cluster.nodes
          .filter(({ node }) => node.metadata.labels?.['wanted'] === 'yes')
          .map(({ node }) => node.metadata.name);
        const [container] = agent(cluster).spec?.template.spec?.containers ?? [];
        expect(placement(cluster)).toEqual(wanted.map((name) => `${name}=${container?.image}`).sort());
        expect(agent(cluster).status).toMatchObject({
          desiredNumberScheduled: wanted.length,
          currentNumberScheduled: wanted.length,
          numberMisscheduled: 0,
        });
        expect(cluster.errors).toEqual([]);
      },
    );
    fc.assert(property, { numRuns: 60 });
  });
});
