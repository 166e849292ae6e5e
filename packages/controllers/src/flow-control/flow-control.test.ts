import { flowControlBootstrap, type FlowSchema } from '@berth/kinds';
import { describe, expect, it } from 'vitest';
import { start } from '../testing/job-scenario.ts';
import type { MemoryCluster } from '../testing/memory-cluster.ts';

const schemas = 'flowschemas.flowcontrol.apiserver.k8s.io';
const levels = 'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io';

function withBootstrap(): MemoryCluster {
  const { cluster } = start();
  for (const object of flowControlBootstrap) cluster.create(object);
  cluster.settle();
  return cluster;
}

function schemaOf(cluster: MemoryCluster, name: string): FlowSchema {
  const found = cluster.get<FlowSchema>(schemas, '', name);
  if (!found) throw new Error(`no FlowSchema ${name}`);
  return found;
}

describe('flow control', () => {
  it('says of every FlowSchema that its level exists', () => {
    const cluster = withBootstrap();
    const all = cluster.list<FlowSchema>(schemas);
    expect(all.map(({ status }) => status?.conditions?.[0]?.status)).toEqual(all.map(() => 'False'));
    expect(schemaOf(cluster, 'probes').status?.conditions).toEqual([
      {
        type: 'Dangling',
        status: 'False',
        reason: 'Found',
        message:
          'This FlowSchema references the PriorityLevelConfiguration object named "exempt" and it exists',
        lastTransitionTime: '2026-03-01T10:00:00Z',
      },
    ]);
  });

  it('says when the level of a FlowSchema goes and comes', () => {
    const cluster = withBootstrap();
    const mine: FlowSchema = {
      ...schemaOf(cluster, 'global-default'),
      metadata: { name: 'mine' },
    };
    cluster.create({
      ...mine,
      spec: { ...mine.spec, priorityLevelConfiguration: { name: 'later' } },
    });
    cluster.settle();
    expect(schemaOf(cluster, 'mine').status?.conditions).toMatchObject([
      {
        status: 'True',
        reason: 'NotFound',
        message:
          'This FlowSchema references the PriorityLevelConfiguration object named "later" but there is no such object',
      },
    ]);
    const [, catchAll] = flowControlBootstrap;
    cluster.create({ ...catchAll, metadata: { name: 'later' } } as typeof mine);
    cluster.settle();
    expect(schemaOf(cluster, 'mine').status?.conditions).toMatchObject([{ status: 'False' }]);
    expect(cluster.awaited()).toEqual([]);
  });

  it('makes again what every cluster has, under another uid', () => {
    const cluster = withBootstrap();
    const before = schemaOf(cluster, 'service-accounts');
    cluster.delete(before);
    const level = cluster.get(levels, '', 'workload-low');
    if (level) cluster.delete(level);
    cluster.settle();
    expect(schemaOf(cluster, 'service-accounts').metadata.uid).not.toBe(before.metadata.uid);
    expect(cluster.get(levels, '', 'workload-low')?.metadata.uid).not.toBe(level?.metadata.uid);
  });

  it('takes back changes of what it looks after, and leaves the rest alone', () => {
    const cluster = withBootstrap();
    const change = (schema: FlowSchema, autoUpdate: string): FlowSchema => ({
      ...schema,
      metadata: {
        ...schema.metadata,
        annotations: { 'apf.kubernetes.io/autoupdate-spec': autoUpdate },
      },
      spec: { priorityLevelConfiguration: { name: 'catch-all' }, matchingPrecedence: 42 },
    });
    cluster.update(change(schemaOf(cluster, 'global-default'), 'true'));
    cluster.update(change(schemaOf(cluster, 'service-accounts'), 'false'));
    cluster.settle();
    expect(schemaOf(cluster, 'global-default').spec?.matchingPrecedence).toBe(9_900);
    expect(schemaOf(cluster, 'service-accounts').spec?.matchingPrecedence).toBe(42);
  });
});
