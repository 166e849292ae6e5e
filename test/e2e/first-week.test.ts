import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Instance, startInstance } from '../support/instance.ts';
import { runClient } from '../support/real-clients.ts';

let instance: Instance;

beforeAll(async () => {
  instance = await startInstance();
});

afterAll(async () => {
  await instance?.remove();
});

const configMap = (data: Record<string, string>): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data });

/** kubectl with an editor that runs a sed expression over the file. */
async function edit(
  expression: string,
  ...args: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const editor = join(instance.dataDirectory, 'editor.sh');
  await writeFile(editor, `#!/bin/sh\nsed -i '${expression}' "$1"\n`);
  await chmod(editor, 0o755);
  return runClient(
    'kubectl',
    { kubeconfig: instance.kubeconfig, home: join(instance.dataDirectory, 'home') },
    {
      args: ['edit', ...args],
      environment: { KUBE_EDITOR: editor },
    },
  );
}

describe('reading', () => {
  test('api-resources, api-versions and version know the server', async () => {
    const resources = await instance.ok('api-resources');
    for (const line of [
      /^pods +po +v1 +true +Pod$/m,
      /^cronjobs +cj +batch\/v1 +true +CronJob$/m,
      /^nodes +no +v1 +false +Node$/m,
    ]) {
      expect(resources).toMatch(line);
    }
    expect(await instance.ok('api-versions')).toContain('batch/v1beta1');
    expect(await instance.ok('version')).toMatch(/Server Version: v1\.36\./);
  });

  test('auth whoami and can-i tell who is asking', async () => {
    const who = JSON.parse(await instance.ok('auth', 'whoami', '-o', 'json'));
    expect(who.status.userInfo).toMatchObject({ username: 'admin' });
    expect(who.status.userInfo.groups).toEqual(
      expect.arrayContaining(['system:masters', 'system:authenticated']),
    );
    expect(await instance.ok('auth', 'can-i', 'create', 'pods')).toBe('yes\n');
  });

  test('explain shows fields with their types, deep down', async () => {
    expect(await instance.ok('explain', 'cronjob.spec.concurrencyPolicy')).toMatch(
      /FIELD: concurrencyPolicy <string>/,
    );
    const containers = await instance.ok('explain', 'job.spec.template.spec.containers');
    expect(containers).toMatch(/VERSION: +v1/);
    expect(containers).toMatch(/image\t<string>/);
    expect(await instance.ok('explain', 'pod', '--recursive')).toMatch(/livenessProbe\t<Probe>/);
  });

  test('get prints the columns of kubectl users, wide and as yaml, json, jsonpath and custom columns', async () => {
    await instance.apply(configMap({ a: '1' }));
    expect(await instance.ok('get', 'configmap', 'settings')).toMatch(
      /^NAME +DATA +AGE\nsettings +1 +\d+s\n$/,
    );
    expect(await instance.ok('get', 'nodes', '-o', 'wide')).toMatch(
      /^NAME +STATUS +ROLES +AGE +VERSION +INTERNAL-IP/,
    );
    expect(await instance.ok('get', 'cm', 'settings', '-o', 'yaml')).toMatch(
      /^apiVersion: v1\ndata:\n {2}a: "1"\nkind: ConfigMap\n/,
    );
    expect(await instance.ok('get', 'cm', 'settings', '-o', 'jsonpath={.data.a}')).toBe('1');
    expect(await instance.ok('get', 'cm', 'settings', '-o', 'custom-columns=N:.metadata.name')).toBe(
      'N\nsettings\n',
    );
    expect(await instance.ok('get', 'ns', '--field-selector', 'metadata.name=default', '-o', 'name')).toBe(
      'namespace/default\n',
    );
    const missing = await instance.kubectl('get', 'pod', 'nobody');
    expect([missing.code, missing.stderr]).toEqual([
      1,
      'Error from server (NotFound): pods "nobody" not found\n',
    ]);
  });
});

describe('changing', () => {
  test('apply creates, changes, keeps and prunes fields', async () => {
    expect((await instance.apply(configMap({ a: '1', b: '2' }))).stdout).toMatch(
      /configmap\/settings (created|configured)\n/,
    );
    expect((await instance.apply(configMap({ a: '1', b: '2' }))).stdout).toBe(
      'configmap/settings unchanged\n',
    );
    await instance.ok('patch', 'cm', 'settings', '-p', '{"data":{"mine":"kept"}}');
    expect((await instance.apply(configMap({ a: '9' }))).stdout).toBe('configmap/settings configured\n');
    const { data } = JSON.parse(await instance.ok('get', 'cm', 'settings', '-o', 'json'));
    expect(data).toEqual({ a: '9', mine: 'kept' });
  });

  test('diff shows what apply would do, and changes nothing', async () => {
    const result = await runClient(
      'kubectl',
      { kubeconfig: instance.kubeconfig, home: instance.dataDirectory },
      {
        args: ['diff', '-f', '-'],
        stdin: configMap({ a: 'changed' }),
      },
    );
    expect(result.code).toBe(1);
    expect(result.stdout).toMatch(/^-  a: "9"$/m);
    expect(result.stdout).toMatch(/^\+  a: changed$/m);
    expect(await instance.ok('get', 'cm', 'settings', '-o', 'jsonpath={.data.a}')).toBe('9');
  });

  test('edit saves what the editor wrote, and refuses what is invalid', async () => {
    expect((await edit('s/a: "9"/a: edited/', 'cm', 'settings')).stdout).toBe('configmap/settings edited\n');
    expect(await instance.ok('get', 'cm', 'settings', '-o', 'jsonpath={.data.a}')).toBe('edited');
  });

  test('label, annotate and the three kinds of patch change what they name', async () => {
    await instance.ok('label', 'cm', 'settings', 'tier=web');
    expect(await instance.ok('get', 'cm', '-l', 'tier in (web,db)', '-o', 'name')).toBe(
      'configmap/settings\n',
    );
    const refused = await instance.kubectl('label', 'cm', 'settings', 'tier=db');
    expect(refused.stderr).toContain("'tier' already has a value (web), and --overwrite is false");
    await instance.ok('label', 'cm', 'settings', 'tier-');
    await instance.ok('annotate', 'cm', 'settings', 'note=hello');
    await instance.ok('patch', 'cm', 'settings', '--type=merge', '-p', '{"data":{"merged":"yes"}}');
    await instance.ok(
      'patch',
      'cm',
      'settings',
      '--type=json',
      '-p',
      '[{"op":"remove","path":"/data/merged"},{"op":"add","path":"/data/json","value":"yes"}]',
    );
    const { data, metadata } = JSON.parse(await instance.ok('get', 'cm', 'settings', '-o', 'json'));
    expect(data).toEqual({ a: 'edited', mine: 'kept', json: 'yes' });
    expect(metadata.annotations.note).toBe('hello');
    expect(metadata.labels).toBeUndefined();
  });

  test('server-side apply takes ownership, reports conflicts and can be forced', async () => {
    const first = await instance.apply(configMap({ mine: 'server' }), '--server-side');
    expect(first.code).toBe(1);
    expect(first.stderr).toContain('conflict with "kubectl-patch"');
    expect(
      (await instance.apply(configMap({ mine: 'server' }), '--server-side', '--force-conflicts')).stdout,
    ).toBe('configmap/settings serverside-applied\n');
    expect(await instance.ok('get', 'cm', 'settings', '-o', 'jsonpath={.data.mine}')).toBe('server');
  });

  test('unknown fields are refused in strict mode, in upstream words', async () => {
    const manifest = JSON.stringify({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'typo' },
      dta: {},
    });
    const strict = await instance.apply(manifest, '--validate=strict');
    expect(strict.code).toBe(1);
    expect(strict.stderr).toContain('strict decoding error: unknown field "dta"');
    const warned = await instance.apply(manifest, '--validate=warn');
    expect(warned.stderr).toContain('Warning: unknown field "dta"');
  });

  test('an invalid object is refused with all its reasons', async () => {
    const manifest = JSON.stringify({
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'bad' },
      spec: {
        schedule: 'never',
        jobTemplate: { spec: { template: { spec: { restartPolicy: 'Always', containers: [] } } } },
      },
    });
    const result = await instance.apply(manifest);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('The CronJob "bad" is invalid');
    expect(result.stderr).toContain('spec.schedule: Invalid value: "never"');
    expect(result.stderr).toContain('spec.jobTemplate.spec.template.spec.containers: Required value');
    expect(result.stderr).toContain(
      'spec.jobTemplate.spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
    );
  });
});

describe('running', () => {
  const pod = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'counter', labels: { app: 'counter' } },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: 'main',
          image: 'busybox',
          command: ['sh', '-c', 'for i in 1 2 3 4 5; do echo $GREETING $i; sleep 0.2; done; exec sleep 1000'],
          env: [{ name: 'GREETING', valueFrom: { configMapKeyRef: { name: 'settings', key: 'mine' } } }],
        },
      ],
    },
  });

  test('wait, get -w and logs -f follow a pod', async () => {
    await instance.apply(pod);
    await instance.ok('wait', '--for=condition=Ready', 'pod/counter', '--timeout=30s');
    const watched = await instance.ok('get', 'pods', '-w', '--request-timeout=2s', '--output-watch-events');
    expect(watched).toMatch(/^EVENT +NAME +READY +STATUS +RESTARTS +AGE\nADDED +counter +1\/1 +Running +0/);
    const followed = await runClient(
      'kubectl',
      { kubeconfig: instance.kubeconfig, home: instance.dataDirectory },
      {
        args: ['logs', '-f', 'counter'],
        timeoutMs: 4_000,
      },
    );
    expect(followed.stdout.split('\n').slice(0, 5)).toEqual(
      [1, 2, 3, 4, 5].map((count) => `server ${count}`),
    );
    expect(await instance.ok('logs', 'counter', '--tail=1')).toBe('server 5\n');
    expect(await instance.ok('logs', 'counter', '--timestamps', '--limit-bytes=25')).toMatch(
      /^\d{4}-\d\d-\d\dT[\d:.]+/,
    );
  });

  test('describe tells the story of a pod with its events', async () => {
    const text = await instance.ok('describe', 'pod', 'counter');
    expect(text).toMatch(/^Name: +counter$/m);
    expect(text).toMatch(/^Node: +process-1\//m);
    expect(text).toMatch(/Normal +Scheduled .*Successfully assigned default\/counter to process-1/);
    expect(text).toMatch(/Normal +Started /);
    expect(await instance.ok('describe', 'node', 'process-1')).toMatch(/Allocatable:/);
    expect(await instance.ok('get', 'events')).toMatch(/Successfully assigned/);
    expect(await instance.ok('events', '--for', 'pod/counter')).toMatch(/Scheduled/);
  });

  test('delete ends the pod gracefully and waits until it is gone', async () => {
    expect(await instance.ok('delete', 'pod', 'counter', '--timeout=30s')).toMatch(/^pod "counter" deleted/);
    expect((await instance.kubectl('get', 'pod', 'counter')).stderr).toContain('not found');
  });

  test('a pod that no node can take says why', async () => {
    const manifest = JSON.parse(pod);
    manifest.metadata.name = 'homeless';
    manifest.spec.nodeSelector = { disk: 'ssd' };
    await instance.apply(JSON.stringify(manifest));
    await instance.ok('wait', '--for=condition=PodScheduled=false', 'pod/homeless', '--timeout=20s');
    expect(
      await instance.ok('get', 'pod', 'homeless', '-o', 'jsonpath={.status.conditions[0].message}'),
    ).toMatch(/^0\/1 nodes are available: 1 node\(s\) didn't match Pod's node affinity\/selector/);
    await instance.ok('delete', 'pod', 'homeless');
  });
});

describe('namespaces', () => {
  test('a new one has a ServiceAccount and the CA; deleting it takes everything along', async () => {
    await instance.ok('create', 'namespace', 'team');
    await instance.ok('wait', '--for=create', '-n', 'team', 'serviceaccount/default', '--timeout=20s');
    await instance.ok('wait', '--for=create', '-n', 'team', 'configmap/kube-root-ca.crt', '--timeout=20s');
    expect(
      await instance.ok('get', 'cm', '-n', 'team', 'kube-root-ca.crt', '-o', 'jsonpath={.data.ca\\.crt}'),
    ).toContain('BEGIN CERTIFICATE');
    await instance.ok('create', 'secret', 'generic', '-n', 'team', 'key', '--from-literal=a=b');
    await instance.ok('create', 'job', '-n', 'team', 'work', '--image=busybox', '--', 'sleep', '100');
    await instance.ok('delete', 'namespace', 'team', '--timeout=60s');
    const gone = await instance.kubectl('get', 'secret', '-n', 'team', 'key');
    expect(gone.stderr).toContain('not found');
    const refused = await instance.kubectl('create', 'configmap', '-n', 'team', 'late');
    expect(refused.stderr).toContain('namespaces "team" not found');
  });
});
