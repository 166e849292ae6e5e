import { nodeSubject } from '@berth/auth';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../../test/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  await api.send('POST', '/api/v1/namespaces', { body: { metadata: { name: 'ns' } } });
});
afterAll(() => api.close());

describe('a node’s lease', () => {
  const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
  const lease = (renewTime: string) => ({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'n1' },
    spec: { holderIdentity: 'n1', leaseDurationSeconds: 40, renewTime },
  });

  test('is created, renewed, read and listed as any other, and leaves no trace in the log', async () => {
    const token = await api.token('system', { subject: nodeSubject('n1') });
    const head = await api.store.cluster('system').head();
    const created = await api.send('POST', leases, { token, body: lease('2026-01-01T00:00:00.000000Z') });
    expect([created.status, created.json.metadata.namespace]).toEqual([201, 'kube-node-lease']);
    const renewal = {
      ...created.json,
      spec: { ...created.json.spec, renewTime: '2026-01-01T00:00:10.000000Z' },
    };
    const renewed = await api.send('PUT', `${leases}/n1`, { token, body: renewal });
    expect([renewed.status, renewed.json.spec.renewTime]).toEqual([200, '2026-01-01T00:00:10.000000Z']);
    expect((await api.send('PUT', `${leases}/n1`, { token, body: renewal })).json).toMatchObject({
      code: 409,
    });
    expect((await api.send('GET', `${leases}/n1`, { token })).text).toBe(renewed.text);
    const { items } = (await api.send('GET', leases, { as: 'system' })).json;
    expect(items.map((item: { spec: object }) => item.spec)).toEqual([renewed.json.spec]);
    expect(
      (await api.send('POST', leases, { token, body: lease('2026-01-01T00:00:00.000000Z') })).json,
    ).toMatchObject({
      code: 409,
      reason: 'AlreadyExists',
    });
    expect((await api.send('DELETE', `${leases}/n1`, { as: 'system' })).status).toBe(200);
    expect((await api.send('GET', `${leases}/n1`, { token })).status).toBe(404);
    expect(await api.store.cluster('system').head()).toBe(head);
  });
});

describe('an object of two versions', () => {
  test('is written in one and read, listed and watched in the other', async () => {
    const event = {
      metadata: { name: 'e1' },
      regarding: { kind: 'Pod', namespace: 'ns', name: 'web' },
      reason: 'Tested',
      note: 'a note',
      type: 'Normal',
      action: 'Test',
      eventTime: '2026-01-01T00:00:00.000000Z',
      reportingController: 'example.com/test',
      reportingInstance: 'test-1',
    };
    const created = await api.send('POST', '/apis/events.k8s.io/v1/namespaces/ns/events', { body: event });
    expect(created.json).toMatchObject({
      apiVersion: 'events.k8s.io/v1',
      note: 'a note',
      regarding: { name: 'web' },
    });
    const core = (await api.send('GET', '/api/v1/namespaces/ns/events/e1')).json;
    expect(core).toMatchObject({
      apiVersion: 'v1',
      kind: 'Event',
      message: 'a note',
      involvedObject: { name: 'web' },
    });
    expect(core.metadata.resourceVersion).toBe(created.json.metadata.resourceVersion);
    const listed = await api.send(
      'GET',
      '/api/v1/namespaces/ns/events?fieldSelector=involvedObject.name%3Dweb',
    );
    expect(listed.json.items).toMatchObject([{ message: 'a note' }]);
    const table = await api.send('GET', '/apis/events.k8s.io/v1/namespaces/ns/events', {
      headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
    });
    expect(table.json.rows[0].cells).toContain('a note');
  });
});

describe('a namespace', () => {
  test('terminates until it is finalized, and takes nothing new meanwhile', async () => {
    await api.send('POST', '/api/v1/namespaces', { body: { metadata: { name: 'doomed' } } });
    const deleted = await api.send('DELETE', '/api/v1/namespaces/doomed');
    expect(deleted.json).toMatchObject({ kind: 'Namespace', status: { phase: 'Terminating' } });
    const refused = await api.send('POST', '/api/v1/namespaces/doomed/configmaps', {
      body: { metadata: { name: 'late' } },
    });
    expect(refused.json).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      message:
        'configmaps "late" is forbidden: unable to create new content in namespace doomed because it is being terminated',
      details: { causes: [{ reason: 'NamespaceTerminating' }] },
    });
    const dry = await api.send('POST', '/api/v1/namespaces/doomed/configmaps?dryRun=All', {
      body: { metadata: { name: 'late' } },
    });
    expect(dry.text).toBe(refused.text);
    const body = { ...deleted.json, spec: { finalizers: [] } };
    expect((await api.send('PUT', '/api/v1/namespaces/doomed/finalize', { body })).status).toBe(200);
    expect((await api.send('GET', '/api/v1/namespaces/doomed')).status).toBe(404);
  });
});
