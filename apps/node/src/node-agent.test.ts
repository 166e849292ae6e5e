import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Lease, Node, PodCondition } from '@berth/kinds';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { podPath } from './testing/fleet-api.ts';
import { podOf, shell, TestAgent } from './testing/test-agent.ts';

let agent: TestAgent;
beforeEach(async () => {
  agent = await TestAgent.start();
});
afterEach(() => agent.close());

const conditionsOf = (conditions: readonly PodCondition[] = []) =>
  Object.fromEntries(
    conditions.map(({ type, status, reason }) => [type, reason ? `${status} ${reason}` : status]),
  );
const statusWrites = (name: string) =>
  agent.api.requests.filter(({ method, path }) => method === 'PATCH' && path === `${podPath(name)}/status`);

describe('a node', () => {
  it('joins the fleet with what it has and where it listens, and keeps a Lease', async () => {
    await agent.registered;
    const node: Node | undefined = agent.api.get('/clusters/system/api/v1/nodes/node-1');
    expect(node?.metadata.labels).toMatchObject({
      'kubernetes.io/hostname': 'node-1',
      'kubernetes.io/os': 'linux',
      'berth.dev/runtime': 'process',
    });
    expect(node?.status?.allocatable).toMatchObject({ pods: '110' });
    expect(node?.status?.daemonEndpoints?.kubeletEndpoint?.Port).toBe(agent.port);
    expect(node?.status?.addresses).toContainEqual({ type: 'InternalIP', address: '127.0.0.1' });
    expect(node?.status?.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({
      status: 'True',
      reason: 'KubeletReady',
    });
    const lease: Lease | undefined = agent.api.get(
      '/clusters/system/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/node-1',
    );
    expect(lease?.spec).toMatchObject({ holderIdentity: 'node-1', leaseDurationSeconds: 40 });
    expect(lease?.metadata.ownerReferences?.[0]).toMatchObject({ kind: 'Node', uid: node?.metadata.uid });
  });

  it('is not ready from the moment its agent begins to end until the agent is back', async () => {
    const ready = () => {
      const node: Node | undefined = agent.api.get('/clusters/system/api/v1/nodes/node-1');
      return node?.status?.conditions?.find(({ type }) => type === 'Ready')?.status;
    };
    await agent.registered;
    expect(ready()).toBe('True');
    await agent.closeAgent();
    expect(ready()).toBe('False');
    await agent.open();
    await agent.registered;
    expect(ready()).toBe('True');
  });
});

describe('a pod', () => {
  it('that succeeds is reported from start to end, and stays for its logs', async () => {
    agent.api.putPod(podOf('ok', { containers: [shell('main', 'until [ -e go ]; do sleep 0.05; done')] }));
    const running = await agent.api.untilPod('ok', ({ phase }) => phase === 'Running');
    expect(conditionsOf(running.status?.conditions)).toEqual({
      PodScheduled: 'True',
      PodReadyToStartContainers: 'True',
      Initialized: 'True',
      Ready: 'True',
      ContainersReady: 'True',
    });
    expect(running.status).toMatchObject({
      qosClass: 'BestEffort',
      hostIP: '127.0.0.1',
      podIP: expect.stringMatching(/^127\.([1-9]|[1-5]\d|6[0-3])\./),
      podIPs: [{ ip: running.status?.podIP }],
      observedGeneration: 1,
      containerStatuses: [{ name: 'main', ready: true, started: true, restartCount: 0, image: 'any' }],
    });
    const uid = running.metadata.uid ?? '';
    writeFileSync(`${agent.directory}/pods/${uid}/containers/main/0/work/go`, '');
    const ended = await agent.api.untilPod('ok', ({ phase }) => phase === 'Succeeded');
    expect(conditionsOf(ended.status?.conditions)).toEqual({
      PodScheduled: 'True',
      PodReadyToStartContainers: 'False',
      Initialized: 'True PodCompleted',
      Ready: 'False PodCompleted',
      ContainersReady: 'False PodCompleted',
    });
    expect(ended.status?.startTime).toBe(running.status?.startTime);
    expect(
      statusWrites('ok').every(({ contentType }) => contentType === 'application/strategic-merge-patch+json'),
    ).toBe(true);
    expect(agent.api.events().map(({ reason, message }) => `${reason}: ${message}`)).toEqual([
      'Created: Container created',
      'Started: Container started',
    ]);
  });

  it('that fails is Failed with its exit code', async () => {
    agent.api.putPod(podOf('bad', { containers: [shell('main', 'exit 3')] }));
    const failed = await agent.api.untilPod('bad', ({ phase }) => phase === 'Failed');
    expect(failed.status?.containerStatuses?.[0]?.state?.terminated).toMatchObject({
      exitCode: 3,
      reason: 'Error',
    });
    expect(conditionsOf(failed.status?.conditions)['Ready']).toBe('False PodFailed');
  });

  it('writes its status only when it changed', async () => {
    agent.api.putPod(podOf('quiet', { containers: [shell('main', 'true')] }));
    const ended = await agent.api.untilPod('quiet', ({ phase }) => phase === 'Succeeded');
    const writes = statusWrites('quiet').length;
    // Comes back over the feed like any change; the agent has nothing to add.
    agent.api.putPod({ ...ended, metadata: { ...ended.metadata, labels: { touched: 'yes' } } });
    agent.api.putPod(podOf('next', { containers: [shell('main', 'true')] }));
    await agent.api.untilPod('next', ({ phase }) => phase === 'Succeeded');
    expect(statusWrites('quiet')).toHaveLength(writes);
  });

  it('that waits for a Secret says so, and starts once it is there', async () => {
    const env = [{ name: 'T', valueFrom: { secretKeyRef: { name: 'keys', key: 'token' } } }];
    agent.api.putPod(podOf('secret', { containers: [{ ...shell('main', '[ "$T" = s3cret ]'), env }] }));
    const waiting = await agent.api.untilPod(
      'secret',
      ({ containerStatuses }) =>
        containerStatuses?.[0]?.state?.waiting?.reason === 'CreateContainerConfigError',
    );
    expect(waiting.status?.phase).toBe('Pending');
    expect(waiting.status?.containerStatuses?.[0]?.state?.waiting?.message).toBe('secret "keys" not found');
    agent.api.put('/clusters/default/api/v1/namespaces/shop/secrets/keys', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'keys', namespace: 'shop' },
      data: { token: Buffer.from('s3cret').toString('base64') },
    } as never);
    await agent.api.untilPod('secret', ({ phase }) => phase === 'Succeeded');
    await agent.api.until(() =>
      agent.api
        .events()
        .some(({ reason, message }) => reason === 'Failed' && message === 'Error: secret "keys" not found'),
    );
  });

  it('that is deleted is stopped with its grace, reported and then removed', async () => {
    agent.api.putPod(
      podOf('bye', {
        restartPolicy: 'Always',
        containers: [shell('main', "trap 'exit 0' TERM; while :; do sleep 0.05; done")],
      }),
    );
    await agent.api.untilPod('bye', ({ phase }) => phase === 'Running');
    agent.api.deletePod('bye', 10);
    await agent.api.until(() => agent.api.pod('bye') === undefined);
    const [last] = statusWrites('bye').slice(-1);
    expect(last?.body).toMatchObject({
      metadata: { uid: expect.any(String) },
      status: { containerStatuses: [{ state: { terminated: { finishedAt: expect.any(String) } } }] },
    });
    expect(last?.body).toMatchObject({ status: { phase: expect.stringMatching(/^(Succeeded|Failed)$/) } });
    const deletion = agent.api.requests.find(
      ({ method, path }) => method === 'DELETE' && path === podPath('bye'),
    );
    expect(deletion?.body).toMatchObject({
      gracePeriodSeconds: 0,
      preconditions: { uid: expect.any(String) },
    });
    expect(
      agent.api
        .events()
        .some(({ reason, message }) => reason === 'Killing' && message === 'Stopping container main'),
    ).toBe(true);
    await expect.poll(() => readdirSync(`${agent.directory}/pods`)).toEqual([]);
  });

  const deadlineExceeded = {
    reason: 'DeadlineExceeded',
    message: 'Pod was active on the node longer than the specified deadline',
  };

  it('that outlives its activeDeadlineSeconds fails with DeadlineExceeded', async () => {
    agent.api.putPod(podOf('late', { containers: [shell('main', 'exec sleep 1000')] }));
    const running = await agent.api.untilPod('late', ({ phase }) => phase === 'Running');
    agent.api.putPod({ ...running, spec: { ...running.spec, activeDeadlineSeconds: 1 } });
    const failed = await agent.api.untilPod('late', ({ phase }) => phase === 'Failed');
    expect(failed.status).toMatchObject({
      ...deadlineExceeded,
      containerStatuses: [{ state: { terminated: { exitCode: 143 } } }],
    });
  });

  it('whose activeDeadlineSeconds pass before it could run fails, too', async () => {
    await agent.closeAgent();
    agent.api.withholdServices();
    await agent.open();
    const spec = {
      activeDeadlineSeconds: 1,
      initContainers: [shell('init', 'true')],
      containers: [shell('main', 'true')],
    };
    agent.api.putPod(podOf('never', spec));
    const failed = await agent.api.untilPod('never', ({ phase }) => phase === 'Failed');
    const waiting = { state: { waiting: { reason: 'PodInitializing' } }, restartCount: 0, ready: false };
    expect(failed.status).toMatchObject({
      ...deadlineExceeded,
      initContainerStatuses: [{ name: 'init', ...waiting }],
      containerStatuses: [{ name: 'main', ...waiting }],
    });
    agent.api.forget('never');
    agent.api.tellServices();
    agent.api.putPod(podOf('next', { containers: [shell('main', 'true')] }));
    await agent.api.untilPod('next', ({ phase }) => phase === 'Succeeded');
  });

  it('that was over when the agent first heard of it does not run', async () => {
    const over = podOf('over', { containers: [shell('main', 'true')] });
    agent.api.putPod({ ...over, status: { ...over.status, phase: 'Failed', reason: 'Evicted' } });
    agent.api.putPod(podOf('next', { containers: [shell('main', 'true')] }));
    await agent.api.untilPod('next', ({ phase }) => phase === 'Succeeded');
    expect(statusWrites('over')).toEqual([]);
  });
});

describe('while the API is away', () => {
  it('pods go on, and how they ended is reported when it is back', async () => {
    agent.api.putPod(
      podOf('job', { containers: [shell('main', 'until [ -e go ]; do sleep 0.05; done; exit 4')] }),
    );
    const running = await agent.api.untilPod('job', ({ phase }) => phase === 'Running');
    agent.api.setDown(true);
    const attempt = `${agent.directory}/pods/${running.metadata.uid}/containers/main/0`;
    writeFileSync(`${attempt}/work/go`, '');
    await expect.poll(() => existsSync(`${attempt}/exit`), { timeout: 10_000 }).toBe(true);
    agent.api.setDown(false);
    const failed = await agent.api.untilPod('job', ({ phase }) => phase === 'Failed');
    expect(failed.status?.containerStatuses?.[0]?.state?.terminated?.exitCode).toBe(4);
  });

  it('and the agent too, a pod that was deleted meanwhile is ended, one that ended is reported, none runs twice', async () => {
    const script = (exit: number) =>
      `echo $$$$ >> ${agent.directory}/starts; until [ -e go ]; do sleep 0.05; done; exit ${exit}`;
    agent.api.putPod(podOf('stays', { containers: [shell('main', script(0))] }));
    agent.api.putPod(podOf('leaves', { containers: [shell('main', script(0))] }));
    const [stays, leaves] = await Promise.all([
      agent.api.untilPod('stays', ({ phase }) => phase === 'Running'),
      agent.api.untilPod('leaves', ({ phase }) => phase === 'Running'),
    ]);
    await agent.closeAgent();
    agent.api.forget('leaves');
    writeFileSync(`${agent.directory}/pods/${stays.metadata.uid}/containers/main/0/work/go`, '');
    await agent.open();
    const ended = await agent.api.untilPod('stays', ({ phase }) => phase === 'Succeeded');
    expect(ended.status?.containerStatuses?.[0]?.restartCount).toBe(0);
    await expect
      .poll(() => existsSync(`${agent.directory}/pods/${leaves.metadata.uid}`), { timeout: 10_000 })
      .toBe(false);
    expect(readFileSync(`${agent.directory}/starts`, 'utf8').trim().split('\n')).toHaveLength(2);
  });
});

describe('the kubelet API', () => {
  const get = async (path: string, token?: string) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(`http://127.0.0.1:${agent.port}${path}`, { headers });
    return { status: response.status, text: await response.text() };
  };
  const logs = '/clusters/default/containerLogs/shop';

  it('answers health to everybody and logs to the API server alone', async () => {
    expect(await get('/healthz')).toEqual({ status: 200, text: 'ok' });
    const unauthorized = { status: 401, text: 'Unauthorized' };
    expect(await get(`${logs}/any/main`)).toEqual(unauthorized);
    expect(await get(`${logs}/any/main`, 'forged')).toEqual(unauthorized);
    const forAnother = await agent.api.agentToken({ audience: 'https://kubernetes.default.svc' });
    expect(await get(`${logs}/any/main`, forAnother)).toEqual(unauthorized);
    for (const options of [
      { clusterId: 'default' },
      { audience: 'berth-node:another' },
      { username: 'mallory' },
    ]) {
      expect(await get(`${logs}/any/main`, await agent.api.agentToken(options))).toEqual(unauthorized);
    }
  });

  it('gives logs, and says in the words of the kubelet why not', async () => {
    agent.api.putPod(
      podOf('talks', {
        containers: [shell('main', 'echo one; echo two; echo three'), { name: 'image', image: 'nginx' }],
      }),
    );
    await agent.api.untilPod(
      'talks',
      ({ containerStatuses }) => containerStatuses?.[0]?.state?.terminated !== undefined,
    );
    const token = await agent.api.agentToken();
    const cases: Array<[string, number, string | RegExp]> = [
      ['/talks/main', 200, 'one\ntwo\nthree\n'],
      ['/talks/main?tailLines=1', 200, 'three\n'],
      ['/talks/main?limitBytes=5', 200, 'one\nt'],
      ['/talks/main?follow=true', 200, 'one\ntwo\nthree\n'],
      ['/talks/main?sinceSeconds=3600&tailLines=2', 200, 'two\nthree\n'],
      ['/talks/main?timestamps=true&tailLines=1', 200, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z three\n$/],
      ['/talks/main?tailLines=x', 400, '{"message": "Unable to decode query."}'],
      ['/talks/main?limitBytes=0', 422, '{"message": "Invalid request."}'],
      ['/talks/main?previous=true', 400, 'previous terminated container "main" in pod "talks" not found'],
      ['/talks/image', 400, 'container "image" in pod "talks" is waiting to start: ImageNotRunnable'],
      ['/talks/other', 404, 'container "other" not found in pod "talks"'],
      ['/none/main', 404, 'pod "none" does not exist'],
    ];
    for (const [path, status, text] of cases) {
      const answer = await get(`${logs}${path}`, token);
      expect({ path, status: answer.status }).toEqual({ path, status });
      if (typeof text === 'string') expect(answer.text).toBe(text);
      else expect(answer.text).toMatch(text);
    }
    // Another cluster has no such pod.
    expect((await get('/clusters/other/containerLogs/shop/talks/main', token)).status).toBe(404);
  });
});
