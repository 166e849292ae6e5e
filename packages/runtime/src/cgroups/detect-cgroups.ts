import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { messageOf } from '../actions/go-words.ts';
import { Cgroup } from './cgroup.ts';
import { findHierarchies } from './find-hierarchies.ts';

/** Whether containers can be held to their limits on this machine. */
export type Cgroups =
  | { readonly type: 'available'; readonly node: Cgroup }
  | { readonly type: 'unavailable'; readonly reason: string };

/**
 * Makes the cgroup of a node's pods, below the agent's own so that it can use no more than that may, and tries what it needs of it.
 * Nothing outside of it is ever changed.
 *
 * @param dataDirectory names the cgroup, so that the next agent over the same data finds it
 */
export function detectCgroups(dataDirectory: string): Cgroups {
  try {
    const hierarchies = findHierarchies(
      readFileSync('/proc/self/mountinfo', 'utf8'),
      readFileSync('/proc/self/cgroup', 'utf8'),
      controllersOf,
    );
    if (hierarchies === undefined) {
      return { type: 'unavailable', reason: 'this system has no cgroups for memory and cpu' };
    }
    const own = new Cgroup(hierarchies);
    const name = `berth-node-${createHash('sha256').update(dataDirectory).digest('hex').slice(0, 12)}`;
    const node = hierarchies.version === 1 ? own.child(name) : inVersion2(own, name);
    tryLimits(node);
    return { type: 'available', node };
  } catch (error) {
    return { type: 'unavailable', reason: messageOf(error) };
  }
}

/**
 * Version 2 allows a cgroup, but for the root, either processes or children with limits, and the agent is a process of its own one. So
 * the node's is made next to the agent's, where the one above has limits of its children switched on, as that of a service has.
 */
function inVersion2(own: Cgroup, name: string): Cgroup {
  const directory = own.place.directories.memory ?? '';
  const parent = [directory, dirname(directory)].find((path) => {
    const enabled = readWords(join(path, 'cgroup.subtree_control'));
    return enabled.includes('memory') && enabled.includes('cpu');
  });
  if (parent === undefined) {
    throw new Error(
      `the cgroup above the node agent's (${directory}) gives its children no limits of memory and cpu`,
    );
  }
  const controllers = Object.keys(own.place.directories);
  const directories = Object.fromEntries(controllers.map((controller) => [controller, parent]));
  return new Cgroup({ version: 2, directories }).child(name);
}

function tryLimits(node: Cgroup): void {
  node.make(undefined);
  node.delegate();
  const attempt = node.child('try');
  try {
    attempt.make({ cpuRequestMillis: 100, cpuLimitMillis: 1000, memoryLimitBytes: 2 ** 26, pidsLimit: 64 });
  } finally {
    attempt.remove();
  }
}

function controllersOf(directory: string): readonly string[] {
  return readWords(join(directory, 'cgroup.controllers'));
}

function readWords(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').trim().split(/\s+/);
  } catch {
    return [];
  }
}
