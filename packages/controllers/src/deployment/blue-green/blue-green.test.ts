import { blueGreenAnnotations as names, liveGate, type Pod } from '@berth/kinds';
import { describe, expect, it } from 'vitest';
import { isPodReady, podCondition } from '../../pods/pod-state.ts';
import { type DeploymentScenario, imageOf, startDeployments } from '../../testing/deployment-scenario.ts';

const blueGreen = { [names.strategy]: 'BlueGreen' };
const byHand = { ...blueGreen, [names.autoPromote]: 'false' };

/** A Deployment of which `v1` serves and `v2` was rolled out. */
function rolledOut(annotations: Readonly<Record<string, string>>, replicas = 3): DeploymentScenario {
  const scenario = startDeployments();
  scenario.create({ replicas }, annotations);
  scenario.run();
  scenario.roll('v2');
  return scenario;
}

/** The images of the pods that serve, at each revision in which a pod changed. */
function servedSince({ cluster }: DeploymentScenario, from: number): Set<string> {
  const ready = new Map<string, string>();
  const served = new Set<string>();
  // The writes of one turn are one commit: what stands between them nobody sees at rest.
  for (const [index, entry] of cluster.log.entries()) {
    if (entry.resource !== 'pods') continue;
    const pod: Pod | undefined = entry.after;
    if (pod && isPodReady(pod) && !pod.metadata.deletionTimestamp) ready.set(entry.key.name, imageOf(pod));
    else ready.delete(entry.key.name);
    if (index >= from) served.add([...new Set(ready.values())].toSorted().join('+'));
  }
  return served;
}

describe('a blue/green Deployment', () => {
  it('serves at once where there is nothing to change over from', () => {
    const scenario = startDeployments();
    scenario.create({}, blueGreen);
    const [first] = scenario.pods();
    if (first) scenario.kubelet.run(first);
    scenario.cluster.settle();
    expect(scenario.readyImages()).toEqual(['v1']);
    scenario.run();
    expect(scenario.condition('Progressing')).toBe('Progressing=True NewReplicaSetAvailable');
    expect(scenario.web().spec?.template.spec?.readinessGates).toBeUndefined();
    expect(scenario.setOf('v1').spec?.template?.spec?.readinessGates).toEqual([{ conditionType: liveGate }]);
  });

  it('brings the new pods up whole beside the old ones, and then moves all traffic in one commit', () => {
    const scenario = rolledOut(blueGreen);
    const { cluster, kubelet } = scenario;
    expect(scenario.sizes()).toBe('v1:3 v2:3');
    const from = cluster.log.length;
    for (const pod of scenario.pods('v2').slice(0, 2)) kubelet.run(pod);
    cluster.settle();
    expect(scenario.readyImages()).toEqual(['v1']);
    const { name } = scenario.setOf('v2').metadata;
    expect(scenario.message('Progressing')).toBe(
      `ReplicaSet "${name}" is progressing: 2 of 3 pods are ready to take over.`,
    );
    for (const pod of scenario.pods('v2').slice(2)) kubelet.run(pod);
    cluster.turn();
    expect(scenario.readyImages()).toEqual(['v2']);
    cluster.settle();
    expect(scenario.condition('Progressing')).toBe('Progressing=True NewReplicaSetAvailable');
    // Losses are written before gains, so that not even a reader of the log sees both.
    expect([...servedSince(scenario, from)].toSorted()).toEqual(['', 'v1', 'v2']);
    expect(cluster.events('web').filter((event) => event.startsWith('Promoted'))).toEqual([
      `Promoted: Moved all traffic from replica set ${scenario.setOf('v1').metadata.name} to ${name}`,
    ]);
    expect(cluster.errors).toEqual([]);
  });

  it('switches in one commit, however small the budget of a turn is', () => {
    const scenario = rolledOut(blueGreen, 40);
    const { cluster, kubelet } = scenario;
    cluster.budget = { ...cluster.budget, maxWrites: 5 };
    for (const pod of scenario.pods('v2')) kubelet.run(pod);
    while (scenario.readyImages().includes('v1')) cluster.turn();
    expect(scenario.pods('v2').filter(isPodReady)).toHaveLength(40);
  });

  it('keeps the old pods for a while, and does not count them', () => {
    const scenario = rolledOut({ ...blueGreen, [names.keepOldSeconds]: '60' });
    scenario.run();
    expect(scenario.sizes()).toBe('v1:3 v2:3');
    // What kubectl rollout status reads: the rollout is over.
    expect(scenario.web().status).toMatchObject({ replicas: 3, updatedReplicas: 3, availableReplicas: 3 });
    scenario.cluster.advance(59);
    expect(scenario.sizes()).toBe('v1:3 v2:3');
    scenario.cluster.advance(1);
    expect(scenario.sizes()).toBe('v1:0 v2:3');
    expect(scenario.cluster.awaited()).toEqual([]);
  });

  it('goes back at once while the old pods are kept, even where promotion is by hand', () => {
    const scenario = rolledOut(byHand);
    scenario.run();
    scenario.annotate({ [names.promote]: 'true' });
    expect(scenario.readyImages()).toEqual(['v2']);
    scenario.undo('v1');
    expect(scenario.readyImages()).toEqual(['v1']);
    expect(scenario.web().metadata.annotations).toEqual({
      ...byHand,
      'deployment.kubernetes.io/revision': '3',
    });
    expect(scenario.setOf('v1').metadata.annotations).toMatchObject({
      'deployment.kubernetes.io/revision-history': '1',
    });
  });

  it('waits to be promoted, says so once, and forgets that it was told', () => {
    const scenario = rolledOut(byHand);
    scenario.run();
    const { name } = scenario.setOf('v2').metadata;
    const message = `ReplicaSet "${name}" is ready to take over and waits for deploy.berth.dev/promote=true (berth rollout promote web).`;
    expect(scenario.condition('Progressing')).toBe('Progressing=True AwaitingPromotion');
    expect(scenario.message('Progressing')).toBe(message);
    expect(scenario.cluster.events('web').filter((event) => event.startsWith('Awaiting'))).toEqual([
      `AwaitingPromotion: ${message}`,
    ]);
    scenario.cluster.advance(3600);
    expect(scenario.readyImages()).toEqual(['v1']);
    scenario.annotate({ [names.promote]: '2' });
    expect(scenario.readyImages()).toEqual(['v2']);
    expect(scenario.web().metadata.annotations).not.toHaveProperty([names.promote]);
    scenario.roll('v3');
    scenario.run();
    expect(scenario.readyImages()).toEqual(['v2']);
  });

  it('takes a promotion that comes before the pods are ready', () => {
    const scenario = rolledOut(byHand);
    scenario.annotate({ [names.promote]: 'true' });
    expect(scenario.web().metadata.annotations).toHaveProperty([names.promote]);
    scenario.run();
    expect(scenario.readyImages()).toEqual(['v2']);
  });

  it('promotes when the pods have been ready for long enough', () => {
    const scenario = rolledOut({ ...blueGreen, [names.autoPromoteAfterSeconds]: '120' });
    scenario.run();
    expect(scenario.message('Progressing')).toMatch(
      /is ready to take over and will at 2026-03-01T10:02:00Z\.$/,
    );
    scenario.cluster.advance(119);
    expect(scenario.readyImages()).toEqual(['v1']);
    scenario.cluster.advance(1);
    expect(scenario.readyImages()).toEqual(['v2']);
  });

  it('counts minReadySeconds before the switch, and none after it', () => {
    const scenario = startDeployments();
    scenario.create({ minReadySeconds: 20 }, blueGreen);
    scenario.run();
    scenario.roll('v2');
    scenario.run();
    scenario.cluster.advance(19);
    expect(scenario.readyImages()).toEqual(['v1']);
    scenario.cluster.advance(1);
    expect(scenario.readyImages()).toEqual(['v2']);
    expect(scenario.condition('Available')).toBe('Available=True MinimumReplicasAvailable');
  });

  it('gives the new pods up when told to, until it is told otherwise', () => {
    const scenario = rolledOut(byHand);
    scenario.run();
    scenario.annotate({ [names.abort]: 'true' });
    const [v1, v2] = [scenario.setOf('v1').metadata.name, scenario.setOf('v2').metadata.name];
    expect(scenario.sizes()).toBe('v1:3 v2:0');
    expect(scenario.condition('Progressing')).toBe('Progressing=False RolloutAborted');
    expect(scenario.message('Progressing')).toBe(
      `ReplicaSet "${v2}" was given up; ReplicaSet "${v1}" has all traffic.`,
    );
    scenario.run();
    expect(scenario.web().metadata.annotations).not.toHaveProperty([names.abort]);
    expect(scenario.readyImages()).toEqual(['v1']);
    scenario.annotate({ [names.promote]: 'true' });
    expect(scenario.sizes()).toBe('v1:3 v2:3');
    scenario.run();
    expect(scenario.readyImages()).toEqual(['v2']);
  });

  it('goes back to the old pods when it is told to after the switch', () => {
    const scenario = rolledOut(blueGreen);
    scenario.run();
    const from = scenario.cluster.log.length;
    scenario.annotate({ [names.abort]: 'true' });
    expect(scenario.readyImages()).toEqual(['v1']);
    expect([...servedSince(scenario, from)].filter((images) => images.includes('+'))).toEqual([]);
    scenario.run();
    expect(scenario.sizes()).toBe('v1:3 v2:0');
    expect(scenario.condition('Progressing')).toBe('Progressing=False RolloutAborted');
    scenario.roll('v3');
    scenario.run();
    expect(scenario.readyImages()).toEqual(['v3']);
  });

  it('tells of commands that mean nothing, and takes them off', () => {
    const scenario = rolledOut(blueGreen);
    scenario.run();
    scenario.cluster.advance(301);
    scenario.annotate({ [names.abort]: 'true', [names.promote]: '7' });
    expect(scenario.readyImages()).toEqual(['v2']);
    const told = scenario.cluster.events('web').filter((event) => event.includes('Ignored'));
    expect(told).toEqual([
      'AbortIgnored: Ignored deploy.berth.dev/abort=true: no old pods are there to go back to (revision 2 is the newest)',
      'PromotionIgnored: Ignored deploy.berth.dev/promote=7: nothing waits (revision 2 is the newest)',
    ]);
    expect(Object.keys(scenario.web().metadata.annotations ?? {})).toEqual([
      names.strategy,
      'deployment.kubernetes.io/revision',
    ]);
  });

  it('that is overtaken gives up the set that waited, and keeps the one that serves', () => {
    const scenario = rolledOut(blueGreen);
    scenario.roll('v3');
    expect(scenario.sizes()).toBe('v1:3 v2:0 v3:3');
    expect(scenario.readyImages()).toEqual(['v1']);
    scenario.run();
    expect(scenario.readyImages()).toEqual(['v3']);
    // The way back leads to what served before.
    expect(scenario.sizes()).toBe('v1:3 v2:0 v3:3');
    scenario.undo('v2');
    scenario.run();
    expect(scenario.readyImages()).toEqual(['v2']);
    expect(scenario.sizes()).toBe('v1:0 v2:3 v3:3');
  });

  it('whose template comes back before the switch lets the new pods go', () => {
    const scenario = rolledOut(byHand);
    scenario.run();
    scenario.undo('v1');
    expect(scenario.sizes()).toBe('v1:3 v2:0');
    scenario.run();
    expect(scenario.condition('Progressing')).toBe('Progressing=True NewReplicaSetAvailable');
  });

  it('scales both sides while both are there', () => {
    const scenario = rolledOut(byHand);
    scenario.set({ replicas: 5 });
    expect(scenario.sizes()).toBe('v1:5 v2:5');
    scenario.run();
    expect(scenario.readyImages()).toEqual(['v1']);
    expect(scenario.pods('v1').filter(isPodReady)).toHaveLength(5);
    scenario.annotate({ [names.promote]: 'true' });
    scenario.set({ replicas: 2 });
    expect(scenario.sizes()).toBe('v1:2 v2:2');
    scenario.set({ replicas: 0 });
    scenario.set({ replicas: 1 });
    scenario.run();
    expect(scenario.readyImages()).toEqual(['v2']);
  });

  it('tells pods that come later which side they are of', () => {
    const scenario = rolledOut(byHand);
    scenario.run();
    for (const image of ['v1', 'v2']) {
      const [lost] = scenario.pods(image);
      if (lost) scenario.cluster.delete(lost);
    }
    scenario.run();
    expect(scenario.pods('v1').filter(isPodReady)).toHaveLength(3);
    expect(scenario.pods('v2').filter(isPodReady)).toEqual([]);
    expect(scenario.condition('Progressing')).toBe('Progressing=True AwaitingPromotion');
  });

  it('fails when its new pods make no progress, and goes on when they do', () => {
    const scenario = rolledOut(blueGreen);
    const { cluster, kubelet } = scenario;
    const [first] = scenario.pods('v2');
    cluster.advance(300);
    if (first) kubelet.run(first);
    cluster.settle();
    cluster.advance(599);
    expect(scenario.condition('Progressing')).toBe('Progressing=True ReplicaSetUpdated');
    cluster.advance(3);
    expect(scenario.condition('Progressing')).toBe('Progressing=False ProgressDeadlineExceeded');
    expect(scenario.readyImages()).toEqual(['v1']);
    scenario.run();
    expect(scenario.condition('Progressing')).toBe('Progressing=True NewReplicaSetAvailable');
  });

  it('stands still while it is paused, but for its size', () => {
    const scenario = rolledOut(blueGreen);
    scenario.set({ paused: true });
    scenario.run();
    scenario.set({ replicas: 4 });
    scenario.run();
    expect(scenario.sizes()).toBe('v1:4 v2:4');
    expect(scenario.readyImages()).toEqual(['v1']);
    scenario.set({ paused: false });
    expect(scenario.readyImages()).toEqual(['v2']);
  });
});

describe('a Deployment that changes its strategy', () => {
  it('to blue/green begins with the next rollout, and ends pods without the gate at the switch', () => {
    const scenario = startDeployments();
    scenario.create();
    scenario.run();
    scenario.annotate(blueGreen);
    expect(scenario.sizes()).toBe('v1:3');
    scenario.roll('v2');
    expect(scenario.sizes()).toBe('v1:3 v2:3');
    const from = scenario.cluster.log.length;
    scenario.run();
    expect(scenario.sizes()).toBe('v1:0 v2:3');
    expect([...servedSince(scenario, from)].filter((images) => images.includes('+'))).toEqual([]);
  });

  it('from blue/green lets its pods serve, and rolls without a gate', () => {
    const scenario = rolledOut(byHand);
    scenario.run();
    scenario.annotate({ [names.strategy]: undefined });
    scenario.run();
    expect(scenario.sizes()).toBe('v1:0 v2:3');
    expect(scenario.readyImages()).toEqual(['v2']);
    const [lost] = scenario.pods();
    if (lost) scenario.cluster.delete(lost);
    scenario.run();
    expect(scenario.pods().filter(isPodReady)).toHaveLength(3);
    scenario.roll('v3');
    scenario.run();
    expect(scenario.readyImages()).toEqual(['v3']);
    expect(scenario.pods().every((pod) => podCondition(pod, liveGate) === undefined)).toBe(true);
  });

  it('there and back while both sides are up never starts over', () => {
    const scenario = rolledOut(byHand);
    scenario.run();
    scenario.annotate({ [names.promote]: 'true' });
    scenario.annotate({ [names.strategy]: undefined });
    scenario.run();
    expect(scenario.sizes()).toBe('v1:0 v2:3');
    scenario.annotate(byHand);
    scenario.run();
    expect(scenario.readyImages()).toEqual(['v2']);
    expect(scenario.condition('Progressing')).toBe('Progressing=True NewReplicaSetAvailable');
  });
});
