import type { EndpointSlice } from '@berth/kinds';
import { describe, expect, it } from 'vitest';
import { addressOf, ServiceScenario } from '../testing/service-scenario.ts';

const triggerTime = 'endpoints.kubernetes.io/last-change-trigger-time';

function start(): ServiceScenario {
  return new ServiceScenario();
}

describe('slices of a Service', () => {
  it('begin as one that says that there are no endpoints, and go with their Service', () => {
    const scenario = start();
    const service = scenario.service({ clusterIP: 'None' }, { labels: { team: 'x' } });
    expect(scenario.slices()).toEqual([
      expect.objectContaining({
        addressType: 'IPv4',
        endpoints: [],
        ports: [],
        metadata: expect.objectContaining({
          name: expect.stringMatching(/^s-\w{5}$/),
          generateName: 's-',
          labels: {
            team: 'x',
            'kubernetes.io/service-name': 's',
            'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
            'service.kubernetes.io/headless': '',
          },
          ownerReferences: [
            {
              apiVersion: 'v1',
              kind: 'Service',
              name: 's',
              uid: service.metadata.uid,
              controller: true,
              blockOwnerDeletion: true,
            },
          ],
        }),
      }),
    ]);
    scenario.cluster.delete(scenario.current(service));
    scenario.cluster.settle();
    expect(scenario.slices()).toEqual([]);
  });

  it('hold each pod that has an address, with what it is ready for, where it is and who', () => {
    const scenario = start();
    scenario.service({ clusterIP: '10.1.0.1' });
    const pod = scenario.readyPod();
    scenario.pod();
    scenario.cluster.settle();
    const [slice] = scenario.slices();
    expect(slice?.metadata.labels).not.toHaveProperty(['service.kubernetes.io/headless']);
    expect(slice?.ports).toEqual([{ name: '', port: 80, protocol: 'TCP' }]);
    expect(slice?.endpoints).toEqual([
      {
        addresses: ['10.0.0.0'],
        conditions: { ready: true, serving: true, terminating: false },
        nodeName: 'a',
        zone: 'zone-a',
        targetRef: { kind: 'Pod', namespace: 'default', name: 'p0', uid: pod.metadata.uid },
      },
    ]);
  });

  it('follow a pod through its life', () => {
    const scenario = start();
    scenario.service();
    const pod = scenario.pod();
    const after = (change: () => void): string[] => {
      change();
      scenario.cluster.settle();
      return scenario.endpoints();
    };
    expect(after(() => scenario.report(pod, {}))).toEqual(['10.0.0.0']);
    expect(after(() => scenario.report(pod, { ready: true }))).toEqual(['10.0.0.0 ready serving']);
    expect(after(() => scenario.cluster.delete(scenario.current(pod)))).toEqual([
      '10.0.0.0 serving terminating',
    ]);
    expect(after(() => scenario.report(pod, {}))).toEqual(['10.0.0.0 terminating']);
    expect(after(() => scenario.report(pod, { phase: 'Succeeded' }))).toEqual([]);
  });

  it('lose a pod whose labels no longer fit, and gain it again', () => {
    const scenario = start();
    scenario.service();
    const pod = scenario.readyPod();
    scenario.cluster.settle();
    const relabel = (labels: Record<string, string>): void => {
      const current = scenario.current(pod);
      scenario.cluster.update({ ...current, metadata: { ...current.metadata, labels } });
      scenario.cluster.settle();
    };
    relabel({ app: 'other' });
    expect(scenario.endpoints()).toEqual([]);
    relabel({ app: 'web' });
    expect(scenario.endpoints()).toEqual(['10.0.0.0 ready serving']);
  });

  it('show pods as ready that are not, where the Service asks for it', () => {
    const scenario = start();
    scenario.service({ publishNotReadyAddresses: true });
    const pod = scenario.pod();
    scenario.report(pod, {});
    scenario.cluster.settle();
    expect(scenario.endpoints()).toEqual(['10.0.0.0 ready']);
    scenario.cluster.delete(scenario.current(pod));
    scenario.cluster.settle();
    expect(scenario.endpoints()).toEqual(['10.0.0.0 ready terminating']);
  });

  it('are apart where a named port is another one at some pods', () => {
    const scenario = start();
    scenario.service({
      ports: [
        { port: 80, name: 'w', targetPort: 'http' },
        { port: 81, name: 'x', targetPort: 'none' },
      ],
    });
    scenario.readyPod();
    scenario.readyPod({
      spec: { containers: [{ name: 'c', image: 'x', ports: [{ name: 'http', containerPort: 9090 }] }] },
    });
    const sidecar = {
      name: 's',
      image: 'x',
      restartPolicy: 'Always',
      ports: [{ name: 'http', containerPort: 9090 }],
    };
    scenario.readyPod({ spec: { containers: [{ name: 'c', image: 'x' }], initContainers: [sidecar] } });
    scenario.cluster.settle();
    const shown = scenario
      .slices()
      .map(({ ports, endpoints }) => [ports?.map(({ port }) => port), endpoints?.length]);
    expect(shown).toEqual([
      [[8080], 1],
      [[9090], 2],
    ]);
  });

  it('are of one family each', () => {
    const scenario = start();
    const service = scenario.service({ ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'RequireDualStack' });
    const pod = scenario.pod();
    scenario.report(pod, { ready: true, addresses: ['10.0.0.0', 'fd00::1'] });
    scenario.cluster.settle();
    const shown = (): unknown =>
      scenario.slices().map(({ addressType, endpoints }) => [addressType, endpoints?.[0]?.addresses]);
    expect(shown()).toEqual([
      ['IPv4', ['10.0.0.0']],
      ['IPv6', ['fd00::1']],
    ]);
    const { spec, ...rest } = scenario.current(service);
    scenario.cluster.update({
      ...rest,
      spec: { ...spec, ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' },
    });
    scenario.cluster.settle();
    expect(shown()).toEqual([['IPv4', ['10.0.0.0']]]);
  });

  it('name pods that have a name within the domain of a headless Service, which needs no ports', () => {
    const scenario = start();
    scenario.service({ clusterIP: 'None', ports: [] });
    scenario.readyPod({
      spec: { hostname: 'db-0', subdomain: 's', containers: [{ name: 'c', image: 'x' }] },
    });
    scenario.readyPod({
      spec: { hostname: 'db-1', subdomain: 'other', containers: [{ name: 'c', image: 'x' }] },
    });
    scenario.cluster.settle();
    expect(scenario.slices()[0]?.endpoints?.map(({ hostname }) => hostname)).toEqual(['db-0', undefined]);
  });

  it('say for whom an endpoint is near, where the Service asks for it', () => {
    const scenario = start();
    scenario.service({ trafficDistribution: 'PreferSameNode' });
    scenario.readyPod();
    scenario.cluster.settle();
    expect(scenario.slices()[0]?.endpoints?.[0]?.hints).toEqual({
      forZones: [{ name: 'zone-a' }],
      forNodes: [{ name: 'a' }],
    });
  });

  it('tell since when they could tell', () => {
    const scenario = start();
    const service = scenario.service();
    const told = (): unknown => scenario.slices()[0]?.metadata.annotations?.[triggerTime];
    expect(told()).toBe(service.metadata.creationTimestamp);
    scenario.cluster.advance(60);
    scenario.readyPod();
    scenario.cluster.settle();
    expect(told()).toBe('2026-03-01T10:01:00Z');
  });

  it('are written once for many pods that come, and not at all for what is nothing to them', () => {
    const scenario = start();
    scenario.service();
    const pods = Array.from({ length: 250 }, () => scenario.pod());
    for (const pod of pods) scenario.report(pod, { ready: true });
    scenario.cluster.settle();
    const writes = (): number =>
      scenario.cluster.log.filter(({ resource }) => resource.startsWith('endpointslices')).length;
    expect(
      scenario
        .slices()
        .map(({ endpoints }) => endpoints?.length)
        .sort((a, b) => (b ?? 0) - (a ?? 0)),
    ).toEqual([100, 100, 50]);
    expect(writes()).toBe(1 + 3);
    const [pod] = pods;
    if (pod)
      scenario.cluster.update({
        ...scenario.current(pod),
        metadata: { ...scenario.current(pod).metadata, annotations: { a: 'b' } },
      });
    scenario.cluster.settle();
    expect(writes()).toBe(1 + 3);
  });

  it('are put right if somebody changes them or takes them away', () => {
    const scenario = start();
    scenario.service();
    scenario.readyPod();
    scenario.cluster.settle();
    const [slice] = scenario.slices();
    if (!slice) throw new Error('there is no slice');
    const wrong: EndpointSlice = { ...slice, endpoints: [{ addresses: ['10.9.9.9'] }] };
    scenario.cluster.update(wrong);
    scenario.cluster.settle();
    expect(scenario.endpoints()).toEqual(['10.0.0.0 ready serving']);
    const { ownerReferences: _owners, ...orphaned } = slice.metadata;
    scenario.cluster.update({ ...slice, metadata: orphaned });
    scenario.cluster.settle();
    expect(scenario.slices()).toHaveLength(1);
    scenario.cluster.delete(scenario.slices()[0] ?? slice);
    scenario.cluster.settle();
    expect(scenario.endpoints()).toEqual(['10.0.0.0 ready serving']);
  });

  it("of Services without a selector, or that are a name for others, are nobody else's business", () => {
    const scenario = start();
    const { selector: _none, ...bare } = { selector: {}, ports: [{ port: 80 }] };
    scenario.cluster.create({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'bare', namespace: 'default' },
      spec: bare,
    });
    scenario.service({ type: 'ExternalName', externalName: 'a.b', ipFamilies: [], ports: [] });
    scenario.readyPod();
    scenario.cluster.settle();
    expect(scenario.slices()).toEqual([]);
    expect(scenario.cluster.list('endpoints')).toEqual([]);
  });
});

describe('a switch of many pods at once', () => {
  it('shows no watcher both sides ready, though it spans slices', () => {
    const scenario = start();
    scenario.service();
    const blue = Array.from({ length: 150 }, () => scenario.readyPod());
    const green = Array.from({ length: 150 }, () => scenario.pod());
    for (const pod of green) scenario.report(pod, {});
    scenario.cluster.settle();
    const from = scenario.cluster.log.length;
    for (const pod of green) scenario.report(pod, { ready: true });
    for (const pod of blue) scenario.report(pod, {});
    scenario.cluster.settle();
    const seen = new Map(
      scenario.cluster.log
        .slice(0, from)
        .map(({ key, after }) => [key.name, after as EndpointSlice | undefined]),
    );
    const blues = new Set(blue.map(addressOf));
    for (const { resource, key, after } of scenario.cluster.log.slice(from)) {
      if (!resource.startsWith('endpointslices')) continue;
      seen.set(key.name, after as EndpointSlice | undefined);
      const ready = [...seen.values()]
        .flatMap((slice) => (slice?.kind === 'EndpointSlice' ? (slice.endpoints ?? []) : []))
        .filter(({ conditions }) => conditions?.ready);
      const colours = new Set(ready.map(({ addresses }) => blues.has(addresses[0] ?? '')));
      expect(colours.size).toBeLessThanOrEqual(1);
    }
    expect(scenario.endpoints().filter((text) => text.includes('ready'))).toHaveLength(150);
  });
});
