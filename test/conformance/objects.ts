import { randomBytes } from 'node:crypto';
import type { KubeJson } from './kube.ts';

/** An image that every cluster can pull, and that simulated nodes never look at. */
export const pauseImage = 'registry.k8s.io/pause:3.10.1';
export const webImage = 'registry.k8s.io/e2e-test-images/agnhost:2.56';
export const otherWebImage = 'registry.k8s.io/e2e-test-images/httpd:2.4.39-4';

/** Tells a simulated node what the image does anyway: it does not end by itself. */
export const runsOn = { 'simulated.berth.dev/run-seconds': 'forever' } as const;

export const suffix = (): string => randomBytes(4).toString('hex');

export interface PodOptions {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly image?: string;
  readonly resources?: object;
  readonly ports?: readonly object[];
  /** Further fields of the spec. */
  readonly spec?: object;
  /** Further fields of the metadata. */
  readonly metadata?: object;
}

function podSpec({ image = pauseImage, resources, ports, spec }: PodOptions): object {
  return {
    terminationGracePeriodSeconds: 0,
    containers: [{ name: 'main', image, ...(resources && { resources }), ...(ports && { ports }) }],
    ...spec,
  };
}

export function pod(name: string, options: PodOptions = {}): KubeJson {
  const { labels, annotations, metadata } = options;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, ...(labels && { labels }), ...(annotations && { annotations }), ...metadata },
    spec: podSpec(options),
  };
}

export function template(options: PodOptions & { labels: Readonly<Record<string, string>> }): KubeJson {
  return { metadata: { labels: options.labels, ...options.metadata }, spec: podSpec(options) };
}

export interface WorkloadOptions extends PodOptions {
  readonly replicas?: number;
  readonly labels: Readonly<Record<string, string>>;
  /** Further fields of the workload's own spec and metadata. */
  readonly workload?: object;
  readonly workloadLabels?: Readonly<Record<string, string>>;
}

export function replicationController(name: string, options: WorkloadOptions): KubeJson {
  const { replicas = 1, labels, workload, workloadLabels = labels } = options;
  return {
    apiVersion: 'v1',
    kind: 'ReplicationController',
    metadata: { name, labels: workloadLabels },
    spec: { replicas, selector: labels, template: template(options), ...workload },
  };
}

/** A ReplicaSet, Deployment, DaemonSet or StatefulSet of apps/v1. */
export function appsWorkload(kind: string, name: string, options: WorkloadOptions): KubeJson {
  const { replicas, labels, workload, workloadLabels = labels } = options;
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, labels: workloadLabels },
    spec: {
      ...(replicas !== undefined && { replicas }),
      selector: { matchLabels: labels },
      template: template(options),
      ...workload,
    },
  };
}
