import { blueGreenAnnotations as names, type EndpointSlice } from '@berth/kinds';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DeploymentScenario, imageOf, startDeployments } from '../../testing/deployment-scenario.ts';

const blueGreen = { [names.strategy]: 'BlueGreen' };

function startServed(replicas: number): DeploymentScenario {
  const scenario = startDeployments();
  scenario.cluster.create({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'default' },
    spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
  });
  scenario.create({ replicas }, blueGreen);
  return scenario;
}

/** Follows the EndpointSlices as a watcher does, change by change. @returns the images that each one showed as ready */
function watched({ cluster }: DeploymentScenario): readonly string[] {
  const images = new Map<string, string>();
  const slices = new Map<string, ReadonlySet<string>>();
  const seen: string[] = [];
  for (const { resource, key, after } of cluster.log) {
    if (resource === 'pods' && after) images.set(key.name, imageOf(after));
    if (resource !== 'endpointslices.discovery.k8s.io') continue;
    const slice: EndpointSlice | undefined = after as EndpointSlice | undefined;
    const ready = (slice?.endpoints ?? []).filter(({ conditions }) => conditions?.ready);
    slices.set(key.name, new Set(ready.map(({ targetRef }) => images.get(targetRef?.name ?? '') ?? '?')));
    seen.push([...new Set([...slices.values()].flatMap((held) => [...held]))].toSorted().join('+'));
  }
  return seen;
}

describe('whoever watches the EndpointSlices of a blue/green Deployment', () => {
  it('never sees both colours, over several slices, forth and back', () => {
    const scenario = startServed(260);
    scenario.run();
    scenario.roll('v2');
    scenario.run();
    const slices = scenario.cluster.list<EndpointSlice>('endpointslices.discovery.k8s.io', 'default');
    expect(slices.length).toBeGreaterThanOrEqual(3);
    expect(scenario.readyImages()).toEqual(['v2']);
    scenario.undo('v1');
    expect(scenario.readyImages()).toEqual(['v1']);
    scenario.cluster.advance(301);
    scenario.run();
    scenario.roll('v3');
    scenario.run();
    expect([...new Set(watched(scenario))].toSorted()).toEqual(['', 'v1', 'v2', 'v3']);
    expect(scenario.cluster.errors).toEqual([]);
  });

  it('never sees both colours, whatever pods do and however turns are cut', () => {
    const step = fc.record({
      what: fc.constantFrom(
        'ready',
        'unready',
        'lose',
        'finish',
        'turn',
        'roll',
        'undo',
        'wait',
        'abort',
        'scale',
      ),
      which: fc.nat(20),
    });
    const property = fc.property(
      fc.array(step, { maxLength: 40 }),
      fc.integer({ min: 1, max: 30 }),
      (steps, maxWrites) => {
        const scenario = startServed(4);
        const { cluster } = scenario;
        scenario.run();
        cluster.budget = { ...cluster.budget, maxWrites };
        for (const next of steps) happen(scenario, next);
        scenario.run();
        expect(watched(scenario).filter((images) => images.includes('+'))).toEqual([]);
        expect(scenario.readyImages()).toHaveLength(1);
        expect(cluster.errors).toEqual([]);
      },
    );
    fc.assert(property, { numRuns: 60 });
  });
});

function happen(scenario: DeploymentScenario, { what, which }: { what: string; which: number }): void {
  const { cluster, kubelet } = scenario;
  const pods = kubelet.assigned().filter((pod) => !pod.metadata.deletionTimestamp);
  const pod = pods[which % Math.max(1, pods.length)];
  if (what === 'ready' && pod) kubelet.run(pod);
  else if (what === 'unready' && pod) kubelet.unready(pod);
  else if (what === 'lose' && pod) cluster.delete(pod);
  else if (what === 'finish') kubelet.finishTerminating();
  else if (what === 'turn') cluster.turn();
  else if (what === 'roll') scenario.roll(`v${which % 4}`);
  else if (what === 'undo') scenario.undo(earlierImage(scenario, which));
  else if (what === 'wait') cluster.advance(which * 20);
  else if (what === 'abort') scenario.annotate({ [names.abort]: 'true' });
  else if (what === 'scale') scenario.set({ replicas: 1 + (which % 5) });
}

function earlierImage(scenario: DeploymentScenario, which: number): string {
  const sets = scenario.sets();
  return sets[which % sets.length]?.spec?.template?.spec?.containers?.[0]?.image ?? '';
}
