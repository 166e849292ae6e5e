import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalVolumes, systemClock } from '@berth/runtime';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ApiClient, connectionPool } from '../api/api-client.ts';
import { FleetApi } from '../testing/fleet-api.ts';
import { type KeepVolumesOptions, lookAtVolumes } from './keep-volumes.ts';

let directory: string;
let fleet: FleetApi;
let options: KeepVolumesOptions;
const pool = connectionPool({ ca: undefined, nodes: 1 });
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'berth-keep-'));
  fleet = await FleetApi.start();
  options = {
    nodeName: 'node-1',
    api: new ApiClient({
      url: fleet.url,
      pool,
      token: { read: () => Promise.resolve('node-token'), forget: () => undefined },
    }),
    localVolumes: new LocalVolumes(directory),
    clock: systemClock,
    log: pino({ level: 'silent' }),
  };
});
afterEach(async () => {
  await fleet.close();
  await rm(directory, { recursive: true });
});

const path = (name: string) => `/clusters/default/api/v1/persistentvolumes/${name}`;
const protection = 'kubernetes.io/pv-protection';
const finalizer = 'local.berth.dev/directory';

/** A volume of the API, and its directory with something in it. */
async function made(name: string, metadata: object = {}): Promise<string> {
  fleet.put(path(name), {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name, uid: `uid-${name}`, annotations: { 'local.berth.dev/node': 'node-1' }, ...metadata },
  });
  const data = await options.localVolumes.ensure({ clusterId: 'default', uid: `uid-${name}`, name });
  await writeFile(join(data, 'id'), name);
  return data;
}
const isThere = (data: string) =>
  access(join(data, 'id')).then(
    () => true,
    () => false,
  );

test('the directory of a volume that is deleted goes first, then the finalizer, and others stay', async () => {
  const going = { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: [protection, finalizer] };
  const [kept, deleted] = [await made('kept', { finalizers: [finalizer] }), await made('deleted', going)];
  await lookAtVolumes(options);
  expect([await isThere(kept), await isThere(deleted)]).toEqual([true, false]);
  expect(fleet.get(path('deleted'))?.metadata.finalizers).toEqual([protection]);
  expect(fleet.get(path('kept'))?.metadata.finalizers).toEqual([finalizer]);
});

test('whoever comes after a crash between the two takes the finalizer off', async () => {
  await made('deleted', { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: [finalizer] });
  await options.localVolumes.remove({ clusterId: 'default', uid: 'uid-deleted' });
  await lookAtVolumes(options);
  expect(fleet.get(path('deleted'))?.metadata.finalizers ?? []).toEqual([]);
});

test('what is left of a volume that is no more is removed, and of one that another has taken the name of', async () => {
  const [gone, replaced] = [await made('gone'), await made('replaced')];
  fleet.drop(path('gone'));
  await made('replaced', { uid: 'uid-of-another' });
  await lookAtVolumes(options);
  expect([await isThere(gone), await isThere(replaced)]).toEqual([false, false]);
});

test('a volume of which the feed says nothing, but which is there, stays', async () => {
  const data = await made('of-a-suspended-cluster', { annotations: {} });
  await lookAtVolumes(options);
  expect(await isThere(data)).toBe(true);
});

test('nothing is removed while the API cannot be asked', async () => {
  const data = await made('kept');
  fleet.setDown(true);
  await expect(lookAtVolumes(options)).rejects.toThrow();
  expect(await isThere(data)).toBe(true);
});
