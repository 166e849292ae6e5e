import { expect } from 'vitest';
import { isRunning, until, untilList } from './awaiting.ts';
import { otherWebImage, pauseImage, pod, replicationController, webImage } from './objects.ts';
import { promise, type Trial } from './promise.ts';

/** Leaves to the client all that a user would leave to it. */
async function createFrom({ ok }: Trial, object: object): Promise<void> {
  await ok(['create', '-f', '-'], JSON.stringify(object));
}

const controller = (): object =>
  replicationController('agnhost-primary', {
    labels: { app: 'agnhost', role: 'primary' },
    image: webImage,
    ports: [{ name: 'agnhost-server', containerPort: 6379 }],
  });

function untilOnePodRuns({ kube, namespace }: Trial): Promise<readonly { metadata: { name: string } }[]> {
  const query = { labelSelector: 'app=agnhost' };
  return untilList(
    kube,
    { resource: 'pods', namespace, query },
    (pods) => pods.length === 1 && pods.every(isRunning),
  );
}

promise(
  '[sig-cli] Kubectl client Kubectl describe should check if kubectl describe prints relevant information for rc and pods [Conformance]',
  async (trial) => {
    const { ok, namespace } = trial;
    await createFrom(trial, controller());
    await createFrom(trial, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'agnhost-primary', labels: { app: 'agnhost', role: 'primary' } },
      spec: {
        selector: { app: 'agnhost', role: 'primary' },
        ports: [{ port: 6379, targetPort: 'agnhost-server' }],
      },
    });
    const [found] = await untilOnePodRuns(trial);
    const name = found?.metadata.name ?? '';
    const described: ReadonlyArray<readonly [readonly string[], readonly RegExp[]]> = [
      [
        ['pod', name],
        [
          /^Name:\s+agnhost-primary-/m,
          new RegExp(`^Namespace:\\s+${namespace}$`, 'm'),
          /^Node:/m,
          /^Labels:\s+app=agnhost/m,
          /role=primary/,
          /^Annotations:/m,
          /^Status:\s+Running/m,
          /^IP:/m,
          /^Controlled By:\s+ReplicationController\/agnhost-primary/m,
          new RegExp(`Image:\\s+${webImage}`),
          /State:\s+Running/,
          /^QoS Class:\s+BestEffort/m,
        ],
      ],
      [
        ['rc', 'agnhost-primary'],
        [
          /^Name:\s+agnhost-primary$/m,
          new RegExp(`^Namespace:\\s+${namespace}$`, 'm'),
          /^Selector:\s+app=agnhost,role=primary/m,
          /^Labels:\s+app=agnhost/m,
          /^Replicas:\s+1 current \/ 1 desired/m,
          /^Pods Status:\s+1 Running \/ 0 Waiting \/ 0 Succeeded \/ 0 Failed/m,
          /^Pod Template:/m,
          new RegExp(`Image:\\s+${webImage}`),
          /^Events:/m,
        ],
      ],
      [
        ['service', 'agnhost-primary'],
        [
          /^Name:\s+agnhost-primary$/m,
          /^Labels:\s+app=agnhost/m,
          /^Selector:\s+app=agnhost,role=primary/m,
          /^Type:\s+ClusterIP/m,
          /^IP:/m,
          /^Port:\s+<unset>\s+6379\/TCP/m,
          /^Endpoints:/m,
          /^Session Affinity:\s+None/m,
        ],
      ],
      [
        ['namespace', namespace],
        [
          new RegExp(`^Name:\\s+${namespace}$`, 'm'),
          /^Labels:/m,
          /^Status:\s+Active/m,
          /^No resource quota/m,
        ],
      ],
    ];
    for (const [what, lines] of described) {
      const text = await ok(['describe', ...what]);
      for (const line of lines) expect(text).toMatch(line);
    }
    const [node] = await trial.kube.list({ resource: 'nodes' });
    const text = await ok(['describe', 'node', node.metadata.name]);
    for (const word of [
      'Name:',
      'Labels:',
      'Annotations:',
      'CreationTimestamp:',
      'Conditions:',
      'Addresses:',
      'Capacity:',
    ])
      expect(text).toContain(word);
  },
);

promise(
  '[sig-cli] Kubectl client Kubectl label should update the label on a resource [Conformance]',
  async (trial) => {
    const { ok, kube, namespace } = trial;
    await createFrom(trial, pod('pause'));
    await until(kube, { resource: 'pods', namespace, name: 'pause' }, isRunning);
    await ok(['label', 'pods', 'pause', 'testing-label=testing-label-value']);
    expect(await ok(['get', 'pod', 'pause', '-L', 'testing-label'])).toContain('testing-label-value');
    await ok(['label', 'pods', 'pause', 'testing-label-']);
    expect(await ok(['get', 'pod', 'pause', '-L', 'testing-label'])).not.toContain('testing-label-value');
  },
);

promise(
  '[sig-cli] Kubectl client Kubectl patch should add annotations for pods in rc [Conformance]',
  async (trial) => {
    const { ok, kube, namespace } = trial;
    await createFrom(trial, controller());
    const pods = await untilOnePodRuns(trial);
    for (const { metadata } of pods)
      await ok(['patch', 'pod', metadata.name, '-p', '{"metadata":{"annotations":{"x":"y"}}}']);
    for (const { metadata } of pods)
      expect(
        (await kube.get({ resource: 'pods', namespace, name: metadata.name })).metadata.annotations,
      ).toMatchObject({ x: 'y' });
  },
);

promise(
  "[sig-cli] Kubectl client Kubectl replace should update a single-container pod's image [Conformance]",
  async (trial) => {
    const { ok, kube, namespace } = trial;
    const target = { resource: 'pods', namespace, name: 'e2e-test-httpd-pod' };
    await ok(['run', target.name, `--image=${webImage}`, `--labels=run=${target.name}`]);
    await until(kube, target, isRunning);
    const shown = await ok(['get', 'pod', target.name, '-o', 'json']);
    await ok(['replace', '-f', '-'], shown.replaceAll(webImage, pauseImage));
    expect((await kube.get(target)).spec.containers[0].image).toBe(pauseImage);
    await ok(['delete', 'pods', target.name]);
  },
);

promise(
  '[sig-cli] Kubectl client Kubectl run pod should create a pod from an image when restart is Never [Conformance]',
  async ({ ok, kube, namespace }) => {
    await ok(['run', 'e2e-test-httpd-pod', '--restart=Never', `--image=${otherWebImage}`]);
    const { spec } = await kube.get({ resource: 'pods', namespace, name: 'e2e-test-httpd-pod' });
    expect([spec.containers[0].image, spec.restartPolicy]).toEqual([otherWebImage, 'Never']);
    await ok(['delete', 'pods', 'e2e-test-httpd-pod']);
  },
);

promise(
  '[sig-cli] Kubectl client Kubectl server-side dry-run should check if kubectl can dry-run update Pods [Conformance]',
  async ({ ok, kube, namespace }) => {
    const target = { resource: 'pods', namespace, name: 'e2e-test-httpd-pod' };
    await ok(['run', target.name, `--image=${otherWebImage}`, `--labels=run=${target.name}`]);
    const patch = JSON.stringify({ spec: { containers: [{ name: target.name, image: pauseImage }] } });
    await ok(['patch', 'pod', target.name, '-p', patch, '--dry-run=server']);
    expect((await kube.get(target)).spec.containers[0].image).toBe(otherWebImage);
    await ok(['delete', 'pods', target.name]);
  },
);
