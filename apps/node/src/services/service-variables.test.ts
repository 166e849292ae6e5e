import type { Pod, Service, ServiceSpec } from '@berth/kinds';
import { expect, test } from 'vitest';
import { ServiceDirectory } from './service-directory.ts';
import { serviceVariables } from './service-variables.ts';

function serviceOf(name: string, spec: ServiceSpec, namespace = 'shop'): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, uid: `${namespace}/${name}` },
    spec,
  };
}

function podOf(spec: Pod['spec'] = { containers: [] }): Pod {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'shop' }, spec };
}

function directoryOf(...services: Service[]): ServiceDirectory {
  const directory = new ServiceDirectory();
  for (const service of services) directory.set('c', service);
  directory.synced(new Set(['c']), new Set(services.map(({ metadata }) => metadata.uid ?? '')));
  return directory;
}

test('a pod finds the Services of its namespace as Kubernetes names them', () => {
  const directory = directoryOf(
    serviceOf('redis-primary', {
      clusterIP: '127.64.0.1',
      ports: [
        { name: 'main-port', port: 6379 },
        { name: 'dns', port: 53, protocol: 'UDP' },
      ],
    }),
    serviceOf('headless', { clusterIP: 'None', ports: [{ port: 80 }] }),
    serviceOf('elsewhere', { clusterIP: '127.64.0.2', ports: [{ port: 80 }] }, 'other'),
  );
  expect(serviceVariables(directory, 'c', podOf())).toEqual({
    REDIS_PRIMARY_SERVICE_HOST: '127.64.0.1',
    REDIS_PRIMARY_SERVICE_PORT: '6379',
    REDIS_PRIMARY_SERVICE_PORT_MAIN_PORT: '6379',
    REDIS_PRIMARY_SERVICE_PORT_DNS: '53',
    REDIS_PRIMARY_PORT: 'tcp://127.64.0.1:6379',
    REDIS_PRIMARY_PORT_6379_TCP: 'tcp://127.64.0.1:6379',
    REDIS_PRIMARY_PORT_6379_TCP_PROTO: 'tcp',
    REDIS_PRIMARY_PORT_6379_TCP_PORT: '6379',
    REDIS_PRIMARY_PORT_6379_TCP_ADDR: '127.64.0.1',
    REDIS_PRIMARY_PORT_53_UDP: 'udp://127.64.0.1:53',
    REDIS_PRIMARY_PORT_53_UDP_PROTO: 'udp',
    REDIS_PRIMARY_PORT_53_UDP_PORT: '53',
    REDIS_PRIMARY_PORT_53_UDP_ADDR: '127.64.0.1',
  });
});

test('a pod that does not want to know of Services does not; one whose cluster is not known yet waits', () => {
  const directory = directoryOf(serviceOf('a', { clusterIP: '127.64.0.1', ports: [{ port: 80 }] }));
  expect(serviceVariables(directory, 'c', podOf({ containers: [], enableServiceLinks: false }))).toEqual({});
  expect(serviceVariables(directory, 'other', podOf())).toBeUndefined();
});
