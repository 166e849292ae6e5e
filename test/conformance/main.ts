import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { type Instance, startInstance } from '../support/instance.ts';
import { promisesOfA2 } from './a2.ts';
import { conformanceNodes } from './conformance-nodes.ts';

const root = join(import.meta.dirname, '../..');

const program = new Command('conformance')
  .description(
    "Tests Kubernetes' conformance promises that need controllers and a scheduler, but no node that runs anything (class A2).",
  )
  .option('--kubeconfig <file>', "any cluster's administrator; default: an instance of Berth, started for it")
  .option('--context <name>', 'a context of that kubeconfig; default: its current one')
  .option('--only <pattern>', 'only promises whose title matches this regular expression')
  .option('--verbose', 'show what the tests say while they run', false)
  .parse();

// Commander has checked these.
const { kubeconfig, context, only, verbose } = program.opts<{
  kubeconfig?: string;
  context?: string;
  only?: string;
  verbose: boolean;
}>();

/** As vitest's JSON reporter writes it. */
interface Report {
  readonly testResults: ReadonlyArray<{
    readonly message?: string;
    readonly assertionResults: ReadonlyArray<{
      readonly title: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }>;
  }>;
}

const scratch = await mkdtemp(join(tmpdir(), 'berth-conformance-'));
let instance: Instance | undefined;
try {
  if (kubeconfig === undefined) instance = await startInstance({ nodes: conformanceNodes });
  const under = kubeconfig === undefined ? (instance?.adminKubeconfig ?? '') : resolve(kubeconfig);
  const reportFile = join(scratch, 'report.json');
  await runTests(under, reportFile);
  printVerdict(JSON.parse(await readFile(reportFile, 'utf8')) as Report);
} finally {
  await instance?.remove();
  await rm(scratch, { recursive: true, force: true });
}

/** One file after the other: some change nodes, which others look at. */
async function runTests(under: string, reportFile: string): Promise<void> {
  const child = spawn(
    process.execPath,
    [
      join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--root',
      root,
      '--no-file-parallelism',
      '--reporter=json',
      `--outputFile.json=${reportFile}`,
      ...(verbose ? ['--reporter=verbose'] : []),
      ...(only === undefined ? [] : ['--testNamePattern', only]),
      'test/conformance',
    ],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        ...process.env,
        CONFORMANCE_KUBECONFIG: under,
        ...(context === undefined ? {} : { CONFORMANCE_CONTEXT: context }),
      },
    },
  );
  // A code other than 0 says that tests fail, which the report tells better.
  await new Promise<void>((settle, reject) => {
    child.once('error', reject);
    child.once('close', () => settle());
  });
}

function printVerdict(report: Report): void {
  const outcomes = new Map(
    report.testResults.flatMap((file) => file.assertionResults).map((result) => [result.title, result]),
  );
  const wanted: readonly string[] =
    only === undefined ? promisesOfA2 : promisesOfA2.filter((title) => new RegExp(only).test(title));
  const failed = wanted.filter((title) => outcomes.get(title)?.status !== 'passed');
  for (const title of failed) {
    const [message = 'no test ran'] = outcomes.get(title)?.failureMessages ?? [];
    console.log(`failed: ${title}\n    ${message.split('\n', 1)[0]}`);
  }
  console.log(`A2 ${wanted.length - failed.length}/${wanted.length}`);
  if (failed.length > 0) process.exitCode = 1;
}
