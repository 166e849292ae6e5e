import { mkdtemp, readdir, readFile, readlink, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pod, Volume } from '@berth/kinds';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type VolumeContext, volumeFiles } from './volume-files.ts';
import { writeVolume } from './write-volume.ts';

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop', labels: { b: '2', a: '1' } },
  spec: { serviceAccountName: 'robot' },
};
const bytes = (text: string) => Buffer.from(text);
const context: VolumeContext = {
  pod,
  inputs: {
    configMaps: new Map([
      [
        'settings',
        new Map([
          ['one', bytes('1')],
          ['two', bytes('2')],
        ]),
      ],
    ]),
    secrets: new Map([['keys', new Map([['tls.key', bytes('key')]])]]),
    tokens: new Map([['600/vault', 'jwt']]),
    claims: new Map(),
  },
  place: { nodeName: 'n', nodeIp: '10.0.0.1', podIp: '10.0.0.2' },
  allocatable: {},
};
const files = (volume: Omit<Volume, 'name'>) => volumeFiles({ name: 'v', ...volume }, context);
const summary = (volume: Omit<Volume, 'name'>) =>
  Object.fromEntries(
    [...(files(volume) ?? [])].map(([path, file]) => [
      path,
      `${Buffer.from(file.content).toString()} ${file.mode.toString(8)}`,
    ]),
  );

describe('the files of a volume', () => {
  it.each([
    [{ configMap: { name: 'settings' } }, { one: '1 644', two: '2 644' }],
    [
      {
        configMap: {
          name: 'settings',
          defaultMode: 0o400,
          items: [{ key: 'two', path: 'a/b', mode: 0o600 }],
        },
      },
      { 'a/b': '2 600' },
    ],
    [{ secret: { secretName: 'keys', defaultMode: 0o440 } }, { 'tls.key': 'key 440' }],
    [{ secret: { secretName: 'gone', optional: true } }, {}],
    [
      { downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
      { labels: 'a="1"\nb="2" 644' },
    ],
    [
      {
        projected: {
          sources: [
            { configMap: { name: 'settings', items: [{ key: 'one', path: 'x' }] } },
            { serviceAccountToken: { path: 'token', audience: 'vault', expirationSeconds: 600 } },
          ],
        },
      },
      { x: '1 644', token: 'jwt 644' },
    ],
  ])('of %j', (volume, expected) => {
    expect(summary(volume)).toEqual(expected);
  });

  it.each([
    [{ configMap: { name: 'gone' } }, 'configmap "gone" not found'],
    [{ secret: { secretName: 'gone' } }, 'secret "gone" not found'],
    [
      { configMap: { name: 'settings', items: [{ key: 'no', path: 'p' }] } },
      'references non-existent config key: no',
    ],
    [
      { secret: { secretName: 'keys', items: [{ key: 'no', path: 'p' }] } },
      'references non-existent secret key: no',
    ],
  ])('says what is missing for %j', (volume, message) => {
    expect(() => files(volume)).toThrow(message);
  });
});

describe('writing a volume', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'berth-volume-'));
  });
  afterEach(() => rm(directory, { recursive: true }));
  const file = (content: string, mode = 0o644) => ({ content: bytes(content), mode });

  it('turns all files at once, removes what is gone, and leaves one generation behind', async () => {
    await writeVolume(
      directory,
      new Map([
        ['a', file('1')],
        ['sub/b', file('2', 0o400)],
      ]),
      new Date(),
    );
    const first = await readlink(join(directory, '..data'));
    expect(await readFile(join(directory, 'a'), 'utf8')).toBe('1');
    expect(await readFile(join(directory, 'sub/b'), 'utf8')).toBe('2');
    expect((await stat(join(directory, 'sub/b'))).mode & 0o777).toBe(0o400);

    await writeVolume(directory, new Map([['a', file('changed')]]), new Date());
    const second = await readlink(join(directory, '..data'));
    expect(second).not.toBe(first);
    expect(await readFile(join(directory, 'a'), 'utf8')).toBe('changed');
    expect((await readdir(directory)).sort()).toEqual([second, '..data', 'a'].sort());
  });

  it('writes nothing when nothing changed', async () => {
    const same = new Map([['a', file('1')]]);
    await writeVolume(directory, same, new Date());
    const first = await readlink(join(directory, '..data'));
    await writeVolume(directory, same, new Date());
    expect(await readlink(join(directory, '..data'))).toBe(first);
  });
});
