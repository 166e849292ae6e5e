import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Instance, startInstance } from '../support/instance.ts';

let instance: Instance;
let chart: string;

const files: Readonly<Record<string, string>> = {
  'Chart.yaml': 'apiVersion: v2\nname: greeter\nversion: 0.1.0\nappVersion: "1"\n',
  'values.yaml': 'greeting: hello\nschedule: "0 3 * * *"\n',
  'templates/configmap.yaml': `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-settings
data:
  greeting: {{ .Values.greeting | quote }}
`,
  'templates/secret.yaml': `apiVersion: v1
kind: Secret
metadata:
  name: {{ .Release.Name }}-key
stringData:
  key: {{ .Values.greeting | quote }}
`,
  'templates/serviceaccount.yaml': `apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ .Release.Name }}
`,
  'templates/cronjob.yaml': `apiVersion: batch/v1
kind: CronJob
metadata:
  name: {{ .Release.Name }}
spec:
  schedule: {{ .Values.schedule | quote }}
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          serviceAccountName: {{ .Release.Name }}
          containers:
          - name: main
            image: busybox
            command: ["sh", "-c", "echo {{ .Values.greeting }}"]
`,
  'templates/job.yaml': `apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Release.Name }}-setup
  annotations:
    helm.sh/hook: post-install
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
      - name: main
        image: busybox
        command: ["sh", "-c", "echo set up"]
`,
};

beforeAll(async () => {
  instance = await startInstance();
  chart = join(instance.dataDirectory, 'greeter');
  await mkdir(join(chart, 'templates'), { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(chart, name), text);
});

afterAll(async () => {
  await instance?.remove();
});

async function helm(...args: string[]): Promise<string> {
  const result = await instance.helm(...args);
  if (result.code === 0) return result.stdout;
  throw new Error(`helm ${args.join(' ')} ended with ${result.code}: ${result.stderr}${result.stdout}`);
}

const greeting = (): Promise<string> =>
  instance.ok('get', 'cm', 'demo-settings', '-o', 'jsonpath={.data.greeting}');

test('helm installs, upgrades, rolls back, shows its history and uninstalls a chart', async () => {
  expect(await helm('install', 'demo', chart, '--wait', '--timeout', '60s')).toMatch(/STATUS: deployed/);
  expect(await greeting()).toBe('hello');
  expect(await instance.ok('get', 'secret', 'demo-key', '-o', 'jsonpath={.data.key}')).toBe('aGVsbG8=');
  expect(await instance.ok('logs', 'job/demo-setup')).toBe('set up\n');

  await helm('upgrade', 'demo', chart, '--set', 'greeting=bonjour', '--wait', '--timeout', '60s');
  expect(await greeting()).toBe('bonjour');
  expect(
    await instance.ok(
      'get',
      'cronjob',
      'demo',
      '-o',
      'jsonpath={.spec.jobTemplate.spec.template.spec.containers[0].command[2]}',
    ),
  ).toBe('echo bonjour');

  await helm('rollback', 'demo', '1', '--wait', '--timeout', '60s');
  expect(await greeting()).toBe('hello');
  const history = JSON.parse(await helm('history', 'demo', '-o', 'json'));
  expect(history.map((entry: { status: string }) => entry.status)).toEqual([
    'superseded',
    'superseded',
    'deployed',
  ]);
  expect(JSON.parse(await helm('list', '-o', 'json'))).toMatchObject([
    { name: 'demo', revision: '3', status: 'deployed' },
  ]);

  await helm('uninstall', 'demo', '--wait', '--timeout', '60s');
  expect(
    await instance.ok('get', 'cm,cronjob,sa', '-l', 'app.kubernetes.io/managed-by=Helm', '-o', 'name'),
  ).toBe('');
  expect((await instance.kubectl('get', 'cm', 'demo-settings')).code).toBe(1);
}, 240_000);

test('a failing upgrade says why and leaves the release as it was', async () => {
  await helm('install', 'second', chart, '--no-hooks');
  const failed = await instance.helm('upgrade', 'second', chart, '--set', 'schedule=never');
  expect(failed.code).toBe(1);
  expect(failed.stderr).toContain('spec.schedule: Invalid value: "never"');
  expect(await instance.ok('get', 'cronjob', 'second', '-o', 'jsonpath={.spec.schedule}')).toBe('0 3 * * *');
}, 120_000);
