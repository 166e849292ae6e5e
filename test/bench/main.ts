import { existsSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { openApi } from './api-client.ts';
import type { Finding, Result } from './measure.ts';
import { dataDirectoryOf } from './memory/instance-processes.ts';
import type { MemoryUse } from './memory/memory-use.ts';
import { watchMemory } from './memory/watch-memory.ts';
import { createNamespace, deleteNamespace } from './objects.ts';
import { formatFindings, formatMemory, formatResults } from './table.ts';
import type { LocalScenario, Scenario } from './scenario.ts';
import { authorize } from './scenarios/authorize.ts';
import { clusterCreate } from './scenarios/clusters.ts';
import { clusterDelete } from './scenarios/cluster-delete.ts';
import { cronStorm } from './scenarios/cron-storm.ts';
import { deployment } from './scenarios/deployment.ts';
import { deployments } from './scenarios/deployments.ts';
import { flood } from './scenarios/flood.ts';
import { job } from './scenarios/job.ts';
import { nodeLoss } from './scenarios/node-loss.ts';
import { placePods } from './scenarios/place-pods.ts';
import { create, get, list, mixed } from './scenarios/requests.ts';
import { rollingUpdate } from './scenarios/rolling-update.ts';
import { schedule } from './scenarios/schedule.ts';
import { tenants } from './scenarios/tenants.ts';
import { watch } from './scenarios/watch.ts';

const scenarios: ReadonlyArray<Scenario | LocalScenario> = [
  authorize,
  create,
  get,
  list,
  watch,
  mixed,
  clusterCreate,
  clusterDelete,
  cronStorm,
  job,
  deployment,
  rollingUpdate,
  deployments,
  nodeLoss,
  placePods,
  schedule,
  flood,
  tenants,
];

const wholeNumber = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('must be a whole number from 1 on');
  return value;
};

const program = new Command('bench')
  .description(
    'Drives a Kubernetes API and prints how fast it answers. Any kubeconfig will do, not only one of Berth.',
  )
  .argument('[scenarios...]', 'which scenarios; none: those of plain requests')
  .option('--kubeconfig <file>', 'the cluster under test', '.berth/kubeconfig')
  .option(
    '--admin-kubeconfig <file>',
    "Berth's system cluster, for cluster-create, cron-storm, node-loss, tenants and flood",
    '.berth/admin.kubeconfig',
  )
  .option('--clients <n>', 'clients at once', wholeNumber, 64)
  .option('--seconds <n>', 'how long each scenario runs', wholeNumber, 10)
  .option(
    '--objects <n>',
    'pods to list, pods to schedule, pods of the Job, Deployment or lost node, Deployments, CronJobs of the storm',
    wholeNumber,
    1_000,
  )
  .option('--watchers <n>', 'watchers at once', wholeNumber, 100)
  .option('--clusters <n>', 'clusters of the cron storm, or of all tenants', wholeNumber, 100)
  .option(
    '--data-dir <directory>',
    'of the instance under test, for tenants and for the memory of its processes (default: the folder of --kubeconfig, where that is one)',
  )
  .option('--insecure', "do not verify the server's certificate", false)
  .addOption(new Option('--json', 'print JSON instead of a table').default(false))
  .addHelpText('after', () => `\nScenarios:\n${scenarios.map(describe).join('\n')}`)
  .parse();

// Commander has checked and converted these.
const given = program.opts<{
  kubeconfig: string;
  adminKubeconfig: string;
  clients: number;
  seconds: number;
  objects: number;
  watchers: number;
  clusters: number;
  dataDir?: string;
  insecure: boolean;
  json: boolean;
}>();
const options = { ...given, dataDir: given.dataDir ?? dataDirectoryOf(given.kubeconfig) };

const chosen = choose(program.args);
const say = (message: string): void => console.error(message);
const results: Result[] = [];
const findings: Finding[] = [];
const memory: MemoryUse[] = [];
const find = (what: string, value: string): void => void findings.push({ what, value });

const remote: Scenario[] = [];
for (const scenario of chosen) {
  if ('run' in scenario) {
    remote.push(scenario);
    continue;
  }
  say(`${scenario.name}: ${scenario.description}`);
  results.push(...(await scenario.measure({ ...options, say, find })));
}
const server = remote.length > 0 ? await driveApi(remote) : undefined;
console.log(
  options.json
    ? JSON.stringify({ server, options, results, memory, findings }, undefined, 2)
    : [
        results.length > 0 && formatResults(results),
        memory.length > 0 && formatMemory(memory),
        formatFindings(findings),
      ]
        .filter(Boolean)
        .join('\n\n'),
);
if (results.some((result) => result.errors > 0)) process.exitCode = 1;

/** Runs the scenarios one after the other, each in a namespace of its own. @returns the server's URL */
async function driveApi(wanted: readonly Scenario[]): Promise<string> {
  const connections = options.clients + options.watchers + 4;
  const { insecure } = options;
  const api = await openApi({ kubeconfig: options.kubeconfig, connections, insecure });
  const admin = existsSync(options.adminKubeconfig)
    ? await openApi({ kubeconfig: options.adminKubeconfig, connections, insecure })
    : undefined;
  try {
    for (const scenario of wanted) {
      const namespace = `bench-${scenario.name}-${Date.now().toString(36)}`;
      say(`${scenario.name}: ${scenario.description}`);
      await createNamespace(api, namespace);
      try {
        const context = { ...options, api, admin, namespace, say, find };
        results.push(...(await measured(scenario.name, () => scenario.run(context))));
      } catch (error) {
        // The others are still worth measuring.
        say(`${scenario.name} failed: ${error instanceof Error ? error.message : String(error)}`);
        process.exitCode = 1;
      } finally {
        await deleteNamespace(api, namespace);
      }
    }
  } finally {
    await Promise.all([api.close(), admin?.close()]);
  }
  return api.server;
}

/** Does something to the instance under test, and looks at the memory of its processes meanwhile, if they are on this machine. */
async function measured<T>(scenario: string, work: () => Promise<T>): Promise<T> {
  const { dataDir } = options;
  const watch = dataDir === undefined ? undefined : await watchMemory(scenario, dataDir);
  if (watch === undefined) {
    const where =
      dataDir === undefined ? 'no --data-dir is given' : `no instance of this machine runs in ${dataDir}`;
    find(`${scenario}: memory`, `not measured: ${where}`);
  }
  try {
    return await work();
  } finally {
    const uses = (await watch?.stop()) ?? [];
    memory.push(...uses);
    for (const role of ['Postgres', 'Redis'] as const) {
      if (watch === undefined || uses.some((use) => use.role === role)) continue;
      find(
        `${scenario}: memory of ${role}`,
        'not measured: the instance was given one, and did not start it',
      );
    }
  }
}

function choose(names: readonly string[]): typeof scenarios {
  if (names.length === 0) return scenarios.filter((scenario) => scenario.isDefault);
  return names.map((name) => {
    const found = scenarios.find((scenario) => scenario.name === name);
    if (!found) {
      return program.error(
        `no scenario is called ${name}; there are ${scenarios.map((one) => one.name).join(', ')}`,
      );
    }
    return found;
  });
}

function describe({ name, description, isDefault }: Scenario | LocalScenario): string {
  return `  ${name.padEnd(16)}${description}${isDefault ? '' : ' (only by name)'}`;
}
