import type { MeasuredNode, MeasuredPod } from './stats-summary.ts';

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly at: Date;
}

/** The kubelet's `/metrics/resource`. https://kubernetes.io/docs/reference/instrumentation/node-metrics/ */
export function resourceMetrics(node: MeasuredNode, pods: readonly MeasuredPod[]): string {
  const containers = pods.flatMap(({ name, namespace, usage }) =>
    usage.containers.map((container) => ({
      labels: { container: container.name, namespace, pod: name },
      container,
      at: usage.at,
    })),
  );
  const ofPods = pods.map(({ name, namespace, usage }) => ({
    labels: { namespace, pod: name },
    total: usage.total,
    at: usage.at,
  }));
  const { total, at } = node.usage;
  const ofNode = { labels: {}, at };
  return [
    metric(
      [
        'container_cpu_usage_seconds_total',
        'counter',
        'Cumulative cpu time consumed by the container in core-seconds',
      ],
      containers.map((each) => ({ ...each, value: each.container.cpuNanoSeconds / 1e9 })),
    ),
    metric(
      ['container_memory_working_set_bytes', 'gauge', 'Current working set of the container in bytes'],
      containers.map((each) => ({ ...each, value: each.container.workingSetBytes })),
    ),
    metric(
      ['container_start_time_seconds', 'gauge', 'Start time of the container since unix epoch in seconds'],
      containers.map((each) => ({ ...each, value: each.container.startedAt.getTime() / 1000 })),
    ),
    metric(
      ['node_cpu_usage_seconds_total', 'counter', 'Cumulative cpu time consumed by the node in core-seconds'],
      [{ ...ofNode, value: total.cpuNanoSeconds / 1e9 }],
    ),
    metric(
      ['node_memory_working_set_bytes', 'gauge', 'Current working set of the node in bytes'],
      [{ ...ofNode, value: total.workingSetBytes }],
    ),
    metric(
      ['pod_cpu_usage_seconds_total', 'counter', 'Cumulative cpu time consumed by the pod in core-seconds'],
      ofPods.map((each) => ({ ...each, value: each.total.cpuNanoSeconds / 1e9 })),
    ),
    metric(
      ['pod_memory_working_set_bytes', 'gauge', 'Current working set of the pod in bytes'],
      ofPods.map((each) => ({ ...each, value: each.total.workingSetBytes })),
    ),
    '# HELP resource_scrape_error [STABLE] 1 if there was an error while getting container metrics, 0 otherwise\n# TYPE resource_scrape_error gauge\nresource_scrape_error 0\n',
  ].join('');
}

function metric(
  [name, type, help]: readonly [name: string, type: 'counter' | 'gauge', help: string],
  samples: readonly Sample[],
): string {
  if (samples.length === 0) return '';
  const lines = samples.map(({ labels, value, at }) => {
    // Names of Kubernetes' objects need no escaping.
    const named = Object.entries(labels).map(([key, text]) => `${key}="${text}"`);
    return `${name}${named.length === 0 ? '' : `{${named.join(',')}}`} ${value} ${at.getTime()}\n`;
  });
  return `# HELP ${name} [STABLE] ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}
