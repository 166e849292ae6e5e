import { performance } from 'node:perf_hooks';
import { expect } from 'vitest';
import { change, isRunning, until, untilGone, untilList } from './awaiting.ts';
import { watchFromNow } from './events-seen.ts';
import type { KubeJson, Target } from './kube.ts';
import { pod, replicationController } from './objects.ts';
import { promise, type Trial } from './promise.ts';
import { of, untilRunning } from './workloads.ts';

const service = (name: string, selector: object | undefined, ports: readonly object[]): KubeJson => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { ports, ...(selector && { selector }) },
});

const slicesOf = (trial: Trial, name: string): Target => ({
  ...of(trial, 'endpointslices'),
  query: { labelSelector: `kubernetes.io/service-name=${name}` },
});

const addressesOf = (endpoints: KubeJson): readonly string[] =>
  (endpoints.subsets ?? []).flatMap(({ addresses = [] }: KubeJson) =>
    addresses.map(({ ip }: KubeJson) => ip),
  );

/** Endpoints and EndpointSlices are there for a Service that selects nothing, and go with it. */
async function emptyServiceHasThem(trial: Trial): Promise<void> {
  const { kube } = trial;
  const name = 'example-empty-selector';
  await kube.create(
    of(trial, 'services'),
    service(name, { 'does-not-match-anything': 'endpoints-and-slices' }, [
      { name: 'example', port: 80, protocol: 'TCP' },
    ]),
  );
  const all = await untilList(kube, of(trial, 'endpoints'), (items) =>
    items.some(({ metadata }) => metadata.name === name),
  );
  expect(addressesOf(all.find(({ metadata }) => metadata.name === name))).toEqual([]);
  const slices = await untilList(kube, slicesOf(trial, name), (items) => items.length >= 1);
  expect(slices.flatMap(({ endpoints }) => endpoints ?? [])).toEqual([]);
  await kube.delete(of(trial, 'services', name));
  await untilGone(kube, of(trial, 'endpoints', name));
  await untilList(kube, slicesOf(trial, name), (items) => items.length === 0);
}

/** Two pods, and Services that find the first by a numbered port, the second by a named one, and both. */
async function matchingServicesHaveThem(trial: Trial): Promise<void> {
  const { kube } = trial;
  const ports = [{ name: 'example-name', containerPort: 3_000, protocol: 'TCP' }];
  const shared = { 'shared-label': 'value' };
  await kube.create(of(trial, 'pods'), pod('pod1', { ports, labels: { ...shared, foo1: 'bar' } }));
  await kube.create(
    of(trial, 'pods'),
    pod('pod2', {
      labels: { ...shared, foo2: 'bar' },
      ports: [...ports, { name: 'other-port', containerPort: 3_001, protocol: 'TCP' }],
    }),
  );
  await kube.create(
    of(trial, 'services'),
    service('first', { foo1: 'bar' }, [{ name: 'example', port: 80, targetPort: 'example-name' }]),
  );
  await kube.create(
    of(trial, 'services'),
    service('second', shared, [
      { name: 'http', port: 80, targetPort: 'example-name' },
      { name: 'other', port: 81, targetPort: 'other-port' },
    ]),
  );
  const running = await untilList(
    kube,
    of(trial, 'pods'),
    (pods) => pods.length === 2 && pods.every(isRunning),
  );
  const ipOf = (name: string): string => running.find(({ metadata }) => metadata.name === name)?.status.podIP;
  const [ip1, ip2] = [ipOf('pod1'), ipOf('pod2')];
  const sortedPairs = (pairs: readonly string[]): string =>
    pairs.toSorted((a, b) => a.localeCompare(b)).join(' ');
  const wanted = {
    first: sortedPairs([`${ip1}:3000`]),
    second: sortedPairs([`${ip1}:3000`, `${ip2}:3000`, `${ip2}:3001`]),
  };
  for (const [name, pairs] of Object.entries(wanted)) {
    await until(kube, of(trial, 'endpoints', name), ({ subsets = [] }) => {
      const found = subsets.flatMap(({ addresses = [], ports: numbers = [] }: KubeJson) =>
        addresses.flatMap(({ ip }: KubeJson) => numbers.map(({ port }: KubeJson) => `${ip}:${port}`)),
      );
      return sortedPairs(found) === pairs;
    });
    const slices = await untilList(kube, slicesOf(trial, name), (items) => {
      const found = items.flatMap(({ endpoints, ports: numbers }) =>
        (endpoints ?? []).flatMap(({ addresses }: KubeJson) =>
          (numbers ?? []).map(({ port }: KubeJson) => `${addresses[0]}:${port}`),
        ),
      );
      return sortedPairs(found) === pairs;
    });
    for (const slice of slices) {
      expect([slice.addressType, slice.metadata.ownerReferences?.[0]?.kind]).toEqual(['IPv4', 'Service']);
      for (const { targetRef, conditions } of slice.endpoints)
        expect([targetRef.kind, conditions.ready, conditions.serving, conditions.terminating]).toEqual([
          'Pod',
          true,
          true,
          false,
        ]);
    }
  }
}

promise(
  '[sig-network] EndpointsController should create and delete Endpoints for a Service with a selector that matches no pods [Conformance]',
  emptyServiceHasThem,
);
promise(
  '[sig-network] EndpointSlice should create and delete EndpointSlices for a Service with a selector that matches no pods [Conformance]',
  emptyServiceHasThem,
);
promise(
  '[sig-network] EndpointsController should create Endpoints for Pods matching a Service [Conformance]',
  matchingServicesHaveThem,
);
promise(
  '[sig-network] EndpointSlice should create Endpoints and EndpointSlices for Pods matching a Service [Conformance]',
  matchingServicesHaveThem,
);

promise(
  '[sig-network] EndpointSliceMirroring should mirror a custom Endpoints resource through create update and delete [Conformance]',
  async (trial) => {
    const { kube } = trial;
    const name = 'example-custom-endpoints';
    const target = of(trial, 'endpoints', name);
    await kube.create(
      of(trial, 'services'),
      service(name, undefined, [{ name: 'example', port: 80, protocol: 'TCP' }]),
    );
    await kube.create(of(trial, 'endpoints'), {
      metadata: { name },
      subsets: [{ ports: [{ port: 80 }], addresses: [{ ip: '10.1.2.3' }] }],
    });
    const mirrors =
      (address: string, port: number) =>
      (slices: readonly KubeJson[]): boolean =>
        slices.length === 1 &&
        slices[0].endpoints.length === 1 &&
        slices[0].endpoints[0].addresses.join() === address &&
        slices[0].ports.map((one: KubeJson) => one.port).join() === String(port);
    const [slice] = await untilList(kube, slicesOf(trial, name), mirrors('10.1.2.3', 80));
    expect([slice.addressType, slice.metadata.labels['endpointslice.kubernetes.io/managed-by']]).toEqual([
      'IPv4',
      'endpointslicemirroring-controller.k8s.io',
    ]);
    await change(kube, target, (object) => {
      object.subsets = [{ ports: [{ port: 81 }], addresses: [{ ip: '10.2.3.4' }] }];
    });
    await untilList(kube, slicesOf(trial, name), mirrors('10.2.3.4', 81));
    await kube.delete(target);
    await untilList(kube, slicesOf(trial, name), (slices) => slices.length === 0);
  },
);

promise('[sig-network] Service endpoints latency should not be very high [Conformance]', async (trial) => {
  const { kube } = trial;
  const labels = { name: 'svc-latency-rc' };
  await kube.create(of(trial, 'replicationcontrollers'), replicationController('svc-latency-rc', { labels }));
  await untilRunning(trial, labels, 1);
  const tries = 100;
  const inFlight = 10;
  const latenciesMs: number[] = [];
  const events = await watchFromNow(kube, of(trial, 'endpoints'));
  const measure = async (index: number): Promise<void> => {
    const name = `latency-svc-${index}`;
    const startMs = performance.now();
    await kube.create(of(trial, 'services'), service(name, labels, [{ port: 80 }]));
    await events.until(name, ({ object }) => object.metadata.name === name && addressesOf(object).length > 0);
    latenciesMs.push(performance.now() - startMs);
  };
  try {
    for (let first = 0; first < tries; first += inFlight)
      await Promise.all(Array.from({ length: inFlight }, (_, index) => measure(first + index)));
  } finally {
    events.end();
  }
  const sorted = latenciesMs.toSorted((a, b) => a - b);
  // Upstream's bounds: 20 s for the median, 50 s for the 99th percentile.
  expect(sorted.length).toBe(tries);
  expect(sorted[tries / 2]).toBeLessThan(20_000);
  expect(sorted[tries - 1]).toBeLessThan(50_000);
});
