import type { ApiClient } from './api-client.ts';
import { doAll } from './measure.ts';

const kilobyte = 'x'.repeat(1_000);

/** A ConfigMap of about 1 KB, as JSON. `stamp` is a field of its own that is easily found in an event's text. */
export function configMap(name: string, stamp = ''): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name },
    data: { stamp, payload: kilobyte },
  });
}

/** A pod that no scheduler takes: for lists. */
export function idlePod(name: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: 'bench', index: name } },
    spec: {
      schedulerName: 'none',
      containers: [{ name: 'main', image: 'bench', command: ['sleep', '3600'] }],
    },
  });
}

/** A Job called `bench` of so many pods at once, which run until they are stopped. */
export function parallelJob(pods: number): string {
  return JSON.stringify({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'bench' },
    spec: {
      parallelism: pods,
      completions: pods,
      template: {
        spec: {
          restartPolicy: 'Never',
          containers: [{ name: 'main', image: 'bench', command: ['sleep', '3600'] }],
        },
      },
    },
  });
}

/** A Deployment whose pods run until they are stopped; they have its name as their label `app`. */
export function deployment(name: string, replicas: number, image = 'bench:1'): string {
  return JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'main', image, command: ['sleep', '3600'] }] },
      },
    },
  });
}

export const configMapsPath = (namespace: string): string => `/api/v1/namespaces/${namespace}/configmaps`;
export const podsPath = (namespace: string): string => `/api/v1/namespaces/${namespace}/pods`;
export const jobsPath = (namespace: string): string => `/apis/batch/v1/namespaces/${namespace}/jobs`;

export const deploymentsPath = (namespace: string): string =>
  `/apis/apps/v1/namespaces/${namespace}/deployments`;

/** Posts objects that a scenario needs before it can measure. @throws when one is refused. */
export async function createAll(
  api: ApiClient,
  path: string,
  bodies: { readonly count: number; readonly width: number; readonly make: (index: number) => string },
): Promise<void> {
  await doAll(bodies.count, bodies.width, async (index) => {
    const answer = await api.request('POST', path, bodies.make(index));
    if (answer.status !== 201) throw new Error(`POST ${path}: ${answer.status} ${answer.body.slice(0, 300)}`);
  });
}

/** Makes a namespace and waits until it takes pods (its default service account is there). */
export async function createNamespace(api: ApiClient, name: string, prefix = ''): Promise<void> {
  const body = JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  const answer = await api.request('POST', `${prefix}/api/v1/namespaces`, body);
  if (answer.status !== 201)
    throw new Error(`namespace ${name}: ${answer.status} ${answer.body.slice(0, 300)}`);
  const deadline = performance.now() + 30_000;
  for (;;) {
    const account = await api.request('GET', `${prefix}/api/v1/namespaces/${name}/serviceaccounts/default`);
    if (account.status === 200) return;
    if (performance.now() > deadline)
      throw new Error(`namespace ${name} has no default service account after 30 s`);
  }
}

export async function deleteNamespace(api: ApiClient, name: string): Promise<void> {
  await api.request('DELETE', `/api/v1/namespaces/${name}`);
}
