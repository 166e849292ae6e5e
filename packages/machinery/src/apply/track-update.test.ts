import { describe, expect, test } from 'vitest';
import { schemaTable } from '../../../../test/support/kubernetes-facts.ts';
import { decodeJsonBody } from '../decode/decode-json.ts';
import type { KubeObject, ManagedFieldsEntry } from '../object.ts';
import { trackUpdate } from './track-update.ts';

const pod = { schema: schemaTable, message: 'k8s.io.api.core.v1.Pod', apiVersion: 'v1' };
const created = '2026-01-01T00:00:00Z';
const later = '2026-01-01T00:00:10Z';

interface Write {
  readonly manager?: string;
  readonly subresource?: string;
  readonly at?: string;
}

function write(
  live: KubeObject | undefined,
  body: object,
  { manager = 'kubectl', subresource = '', at = created }: Write = {},
): KubeObject {
  const text = JSON.stringify({ ...body, apiVersion: 'v1', kind: 'Pod' });
  const next = decodeJsonBody(text, { ...pod, kind: 'Pod', fieldValidation: 'Strict' }).object;
  return trackUpdate({ ...pod, manager, subresource, now: new Date(at), live, next });
}

const body = {
  metadata: { name: 'p', uid: 'u', labels: { a: '1' } },
  spec: { containers: [{ name: 'c', image: 'i:1' }] },
};

function entriesOf(object: KubeObject): readonly ManagedFieldsEntry[] {
  return object.metadata.managedFields ?? [];
}

describe('the writer of an object owns', () => {
  test('what it created, but neither status nor what the server writes', () => {
    expect(entriesOf(write(undefined, { ...body, status: { phase: 'Running' } }))).toEqual([
      {
        manager: 'kubectl',
        operation: 'Update',
        apiVersion: 'v1',
        time: created,
        fieldsType: 'FieldsV1',
        fieldsV1: {
          'f:metadata': { 'f:labels': { '.': {}, 'f:a': {} } },
          'f:spec': {
            'f:containers': { 'k:{"name":"c"}': { '.': {}, 'f:image': {}, 'f:name': {}, 'f:resources': {} } },
          },
        },
      },
    ]);
  });

  test('every item of a very long list, which takes time by its length alone', () => {
    const containers = Array.from({ length: 30_000 }, (_, n) => ({ name: `c${n}`, image: 'i' }));
    const [entry] = entriesOf(write(undefined, { ...body, spec: { containers } }));
    expect(JSON.stringify(entry).match(/k:/g)).toHaveLength(30_000);
  });

  test('what it changed, which its former owner loses', () => {
    const live = write(undefined, body);
    const changed = write(
      live,
      { ...live, metadata: { ...live.metadata, labels: { a: '2' } } },
      { manager: 'other', at: later },
    );
    const [first, second] = entriesOf(changed);
    expect(first).toMatchObject({
      manager: 'kubectl',
      time: created,
      fieldsV1: { 'f:metadata': { 'f:labels': {} } },
    });
    expect(second).toMatchObject({
      manager: 'other',
      time: later,
      fieldsV1: { 'f:metadata': { 'f:labels': { 'f:a': {} } } },
    });
  });

  test('status, if it writes status', () => {
    const live = write(undefined, body);
    const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
    const object = write(live, { ...live, status }, { manager: 'kubelet', subresource: 'status', at: later });
    expect(entriesOf(object)[1]).toEqual({
      manager: 'kubelet',
      operation: 'Update',
      apiVersion: 'v1',
      time: later,
      fieldsType: 'FieldsV1',
      fieldsV1: {
        'f:status': {
          'f:phase': {},
          'f:conditions': {
            '.': {},
            'k:{"type":"Ready"}': {
              '.': {},
              'f:type': {},
              'f:status': {},
              'f:lastProbeTime': {},
              'f:lastTransitionTime': {},
            },
          },
        },
      },
      subresource: 'status',
    });
  });
});

describe('managed fields stay as they are', () => {
  test('when nothing changes that anyone owns', () => {
    const live = write(undefined, body);
    const touched = write(
      live,
      { ...live, metadata: { ...live.metadata, resourceVersion: '7', generation: 3 } },
      { at: later },
    );
    expect(entriesOf(touched)).toEqual(entriesOf(live));
  });

  test('when a client does not send them', () => {
    const live = write(undefined, body);
    const { managedFields: _managedFields, ...metadata } = live.metadata;
    expect(entriesOf(write(live, { ...live, metadata }, { at: later }))).toEqual(entriesOf(live));
  });

  test('when a subresource sends others', () => {
    const live = write(undefined, body);
    const forged = { ...live, metadata: { ...live.metadata, managedFields: [] } };
    expect(entriesOf(write(live, forged, { subresource: 'status' }))).toEqual(entriesOf(live));
  });
});

describe('managed fields change', () => {
  test('so that who owns nothing any more is gone', () => {
    const live = write(
      write(undefined, body),
      { ...body, spec: { ...body.spec, hostNetwork: true } },
      { manager: 'other' },
    );
    expect(entriesOf(live).map(({ manager }) => manager)).toContain('other');
    const without = write(live, { ...body, metadata: { ...live.metadata } }, { manager: 'third' });
    expect(entriesOf(without).map(({ manager }) => manager)).toEqual(['kubectl']);
  });

  test('to none for good, if a client asks for it', () => {
    const live = write(undefined, body);
    const forgotten = write(live, { ...live, metadata: { ...live.metadata, managedFields: [{}] } });
    expect(forgotten.metadata).not.toHaveProperty('managedFields');
    expect(write(forgotten, { ...forgotten, spec: { containers: [] } }).metadata).not.toHaveProperty(
      'managedFields',
    );
  });

  test('to hold at most ten updaters: the oldest are put together', () => {
    let object = write(undefined, body);
    for (let index = 0; index < 14; index += 1) {
      const labels = { ...object.metadata.labels, [`l${index}`]: '1' };
      const at = `2026-01-01T00:01:${String(index).padStart(2, '0')}Z`;
      object = write(
        object,
        { ...object, metadata: { ...object.metadata, labels } },
        { manager: `m${index}`, at },
      );
    }
    const managers = entriesOf(object).map(({ manager }) => manager);
    expect(managers).toHaveLength(10);
    expect(managers).toContain('ancient-changes');
    expect(managers).toContain('m13');
  });
});

test('keys that mean something to JavaScript are owned like others', () => {
  const object = write(undefined, {
    ...body,
    metadata: { name: 'p', labels: { constructor: '1', toString: '2' } },
  });
  expect(entriesOf(object)[0]?.fieldsV1?.['f:metadata']).toEqual({
    'f:labels': { '.': {}, 'f:constructor': {}, 'f:toString': {} },
  });
});
