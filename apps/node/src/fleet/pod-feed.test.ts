import { expect, it } from 'vitest';
import { readFeed } from './pod-feed.ts';

const line = (entry: object) => `${JSON.stringify(entry)}\n`;
const pod = (name: string) => ({
  type: 'SET',
  cluster: 'default',
  uid: `uid-${name}`,
  object: { apiVersion: 'v1', kind: 'Pod', metadata: { name, uid: `uid-${name}` } },
});

async function read(text: string, chunkBytes: number): Promise<string[]> {
  const heard: string[] = [];
  async function* chunks(): AsyncGenerator<Buffer> {
    const bytes = Buffer.from(text);
    for (let start = 0; start < bytes.length; start += chunkBytes)
      yield bytes.subarray(start, start + chunkBytes);
  }
  const listener = {
    set: (cluster: string, { metadata }: { metadata: { name: string } }) =>
      heard.push(`set ${cluster}/${metadata.name}`),
    gone: (uid: string) => heard.push(`gone ${uid}`),
    synced: (uids: ReadonlySet<string>) => heard.push(`synced ${[...uids].join(' ')}`),
  };
  await readFeed(chunks(), listener, () => heard.push('whole'));
  return heard;
}

it.each([1, 7, 64, 10_000])('is the same however it is cut up (%i bytes at a time)', async (chunkBytes) => {
  const gone = { type: 'GONE', cluster: 'default', uid: 'uid-a' };
  const text = [pod('a'), pod('größe'), { type: 'SYNC' }, gone, { type: 'SYNC' }].map(line).join('');
  expect(await read(text, chunkBytes)).toEqual([
    'set default/a',
    'set default/größe',
    'synced uid-a uid-größe',
    'whole',
    'gone uid-a',
    'synced uid-größe',
    'whole',
  ]);
});

it('says nothing of a line that was cut off', async () => {
  expect(await read(line(pod('a')) + line(pod('b')).slice(0, -10), 50)).toEqual(['set default/a']);
});
