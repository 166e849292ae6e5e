import { existsSync } from 'node:fs';
import type { Container } from '@berth/kinds';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { podOf, shell, stateOf, TestNode } from '../testing/process-node.ts';
import { detectMountNamespace } from './mount-namespace.ts';

const mountNamespace = await detectMountNamespace();
const path = '/dev/termination-log';

let node: TestNode;
beforeEach(async () => {
  node = await TestNode.start({ mountNamespace });
});
afterEach(async () => {
  await node.close();
  expect(node.errors).toEqual([]);
});

async function messageOf(script: string, more: Partial<Container> = {}): Promise<string | undefined> {
  const pod = podOf({ containers: [{ ...shell('main', script), terminationMessagePath: path, ...more }] });
  await node.run(pod);
  return stateOf(await node.stopped(pod), 'main').state?.terminated?.message;
}

// A file cannot be put there without a mount namespace.
describe.runIf(mountNamespace.type === 'available')('a termination message', () => {
  const isDevClosed = mountNamespace.type === 'available' && mountNamespace.canAddToDev !== true;

  it.skipIf(isDevClosed)('is what the container wrote to its file, whatever it ended with', async () => {
    expect(await messageOf(`printf done > ${path}`)).toBe('done');
    expect(await messageOf(`printf broken > ${path}; exit 1`)).toBe('broken');
    expect(existsSync(path)).toBe(false);
  });

  it('may stand at any path', async () => {
    const own = '/berth-message-test/message';
    expect(await messageOf(`echo here > ${own}`, { terminationMessagePath: own })).toBe('here\n');
    expect(existsSync('/berth-message-test')).toBe(false);
  });

  it.skipIf(isDevClosed)('is cut to the last 4096 bytes', async () => {
    const message = await messageOf(`(printf start; head -c 5000 /dev/zero | tr '\\0' x) > ${path}`);
    expect(message).toBe('x'.repeat(4096));
  });

  it.skipIf(isDevClosed)('of the file comes before the log, the log before nothing', async () => {
    const terminationMessagePolicy = 'FallbackToLogsOnError';
    const more = { terminationMessagePolicy } as const;
    expect(await messageOf(`echo log; printf file > ${path}; exit 1`, more)).toBe('file');
    expect(await messageOf('echo log; exit 1', more)).toBe('log\n');
    expect(await messageOf('echo log', more)).toBeUndefined();
    expect(await messageOf('echo log; exit 1')).toBeUndefined();
  });

  it.skipIf(isDevClosed)('leaves the devices as they are', async () => {
    const script = `echo gone > /dev/null; head -c 4 /dev/zero | wc -c > ${path}; ls /dev/shm /dev/pts > /dev/null`;
    expect((await messageOf(script))?.trim()).toBe('4');
  });
});
