import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, test } from 'vitest';
import { type Instance, startInstance } from '../support/instance.ts';
import { type CommandResult, runClient } from '../support/real-clients.ts';
import type { PromiseTitle } from './a2.ts';
import { conformanceNodes } from './conformance-nodes.ts';
import { type Kube, openKube } from './kube.ts';

/** What a test of a promise works with: a cluster, as its administrator, and a namespace of its own in it. */
export interface Trial {
  readonly kube: Kube;
  readonly namespace: string;
  /** Runs kubectl in the namespace. A code other than 0 is a result. */
  readonly kubectl: (args: readonly string[], stdin?: string) => Promise<CommandResult>;
  /** Fails unless the command ends with 0. @returns what it printed */
  readonly ok: (args: readonly string[], stdin?: string) => Promise<string>;
}

/** Set by `npm run conformance`: the cluster under test. Default: an instance of Berth for each file. */
const given = process.env['CONFORMANCE_KUBECONFIG'];
const context = process.env['CONFORMANCE_CONTEXT'];

let instance: Instance | undefined;
let home = '';
let kubeconfig = '';
let kube: Kube | undefined;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'berth-conformance-'));
  if (given === undefined) instance = await startInstance({ nodes: conformanceNodes });
  // The cluster whose Node objects its administrator may change.
  kubeconfig = given ?? instance?.adminKubeconfig ?? '';
  kube = await openKube(kubeconfig, context);
});

afterAll(async () => {
  await kube?.close();
  await instance?.remove();
  if (home !== '') await rm(home, { recursive: true, force: true });
});

export interface PromiseOptions {
  /** Default: two minutes. */
  readonly timeoutMs?: number;
}

/**
 * A test of one of Kubernetes' conformance promises, under the promise's own title. Promises of one file run side by
 * side; what changes nodes or looks at the whole cluster stands in files of its own (`*-serial.test.ts`), by `serialPromise`.
 */
export function promise(
  title: PromiseTitle,
  run: (trial: Trial) => Promise<void>,
  options: PromiseOptions = {},
): void {
  test.concurrent(title, { timeout: options.timeoutMs ?? 120_000 }, () => inNamespace(run));
}

export function serialPromise(
  title: PromiseTitle,
  run: (trial: Trial) => Promise<void>,
  options: PromiseOptions = {},
): void {
  test(title, { timeout: options.timeoutMs ?? 120_000 }, () => inNamespace(run));
}

async function inNamespace(run: (trial: Trial) => Promise<void>): Promise<void> {
  if (kube === undefined) throw new Error('there is no cluster to test');
  const namespace = `conformance-${randomBytes(4).toString('hex')}`;
  await kube.create({ resource: 'namespaces' }, { metadata: { name: namespace } });
  const kubectl = (args: readonly string[], stdin?: string): Promise<CommandResult> =>
    runClient(
      'kubectl',
      { kubeconfig, home },
      {
        args: ['-n', namespace, ...(context === undefined ? [] : ['--context', context]), ...args],
        ...(stdin === undefined ? {} : { stdin }),
      },
    );
  const ok = async (args: readonly string[], stdin?: string): Promise<string> => {
    const { code, stdout, stderr } = await kubectl(args, stdin);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
    return stdout;
  };
  try {
    await run({ kube, namespace, kubectl, ok });
  } finally {
    await kube.delete({ resource: 'namespaces', name: namespace }, { propagationPolicy: 'Background' });
  }
}
