import type { Command } from 'commander';
import type { AccessFlags } from '../access/resolve-access.ts';
import type { Api } from '../api/api.ts';
import type { CliContext } from '../cli-context.ts';
import { CliError, usageError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';
import type { OutputFormat } from '../output/format.ts';
import { formatAnswer } from '../output/format.ts';
import { waitUntil } from '../platform/wait-until.ts';
import {
  clusterOf,
  defaultNamespace,
  deploymentName,
  deploymentPath,
  readRollout,
  type RolloutPlace,
  type RolloutRead,
} from '../rollout/rollout-api.ts';
import { commandedRevision, pausePatch, restartPatch, undoPatch } from '../rollout/rollout-changes.ts';
import type { Rollout, RolloutNames } from '../rollout/rollout-model.ts';
import { historyTable, statusText } from '../rollout/rollout-text.ts';
import { durationSeconds } from '../shell/duration.ts';
import { openApi, withAccess, withOutput } from './access-options.ts';
import { examples } from './examples.ts';
import { showChanged } from './show.ts';

interface Flags extends AccessFlags {
  readonly cluster?: string;
  readonly namespace: string;
  readonly output: OutputFormat;
}

interface WaitFlags extends Flags {
  readonly wait: boolean;
  readonly timeout: string;
}

/** Everything that a command here works with. */
interface Opened {
  readonly api: Api;
  readonly place: RolloutPlace;
  readonly names: RolloutNames;
}

export function addRollout(program: Command, context: CliContext): void {
  const rollout = program
    .command('rollout')
    .description('rollouts of Deployments, blue/green ones included')
    .addHelpText(
      'after',
      examples(
        ['berth rollout status web --wait', 'how far it is, until it is over'],
        ['berth rollout promote web', 'blue/green: move all traffic to the new pods'],
        ['berth rollout abort web', 'blue/green: give the new pods up, or go back to the old ones'],
        ['berth rollout undo web --to-revision 3', 'an earlier revision again'],
      ),
    );
  addStatus(rollout, context);
  addHistory(rollout, context);
  addCommand(rollout, context, 'promote');
  addCommand(rollout, context, 'abort');
  addUndo(rollout, context);
  addChanges(rollout, context);
}

function ofDeployment(parent: Command, name: string, description: string): Command {
  const command = parent.command(name).description(description).argument('<deployment>', 'its name');
  return withAccess(command)
    .optionsGroup('Options:')
    .option(
      '--cluster <cluster>',
      'the cluster that it is in; default: that of an instance, or of your token',
    )
    .option('-n, --namespace <namespace>', 'its namespace', defaultNamespace);
}

function withWait(command: Command, { wait, standard }: { wait: string; standard: boolean }): Command {
  return command
    .option('--wait', wait, standard)
    .option('--no-wait', 'return at once')
    .option('--timeout <time>', 'how long to wait at most', '10m');
}

async function open(context: CliContext, reference: string, flags: Flags): Promise<Opened> {
  const name = deploymentName(reference);
  const api = await openApi(context, flags);
  const cluster = await clusterOf(api, flags.cluster);
  // Loaded when it is needed: whoever completes a command line waits for what is loaded at once.
  const kinds = await import('@berth/kinds');
  const names = {
    strategy: kinds.blueGreenAnnotations.strategy,
    side: kinds.sideAnnotation,
    aborted: kinds.abortedAnnotation,
    gate: kinds.liveGate,
  };
  return { api, place: { cluster, namespace: flags.namespace, name }, names };
}

function addStatus(rollout: Command, context: CliContext): void {
  const command = ofDeployment(rollout, 'status', 'how far a rollout is, and what it waits for');
  withOutput(withWait(command, { wait: 'return when it is over; fails if it fails', standard: false }), [
    'table',
    'json',
    'yaml',
  ]).action(async (reference: string, flags: WaitFlags) => {
    const opened = await open(context, reference, flags);
    const read = flags.wait ? await untilOver(context, opened, flags) : await readOpened(opened);
    const { rollout: result } = read;
    context.terminal.print(
      flags.output === 'table' ? statusText(result, context.now()) : formatAnswer(result, flags.output),
    );
    if (flags.wait) failIfFailed(result);
  });
}

function failIfFailed({ name, state, message }: Rollout): void {
  if (state === 'Complete') return;
  throw new CliError('ROLLOUT_FAILED', `the rollout of deployment "${name}" has failed: ${message}`, {
    exitCode: exitCodes.failed,
  });
}

/** Tells each time that there is something new to wait for. */
async function untilOver(context: CliContext, opened: Opened, { timeout }: WaitFlags): Promise<RolloutRead> {
  let told = '';
  const awaited = `the rollout of deployment "${opened.place.name}" is over`;
  return waitUntil(context, { awaited, timeoutSeconds: durationSeconds(timeout) }, async () => {
    const read = await readOpened(opened);
    const { state, message } = read.rollout;
    if (['Complete', 'Failed', 'Aborted'].includes(state)) return read;
    const line = `${state}: ${message}`;
    if (line !== told) context.terminal.tell(line);
    told = line;
    return undefined;
  });
}

function readOpened({ api, place, names }: Opened): Promise<RolloutRead> {
  return readRollout(api, place, names);
}

function addHistory(rollout: Command, context: CliContext): void {
  const command = ofDeployment(rollout, 'history', 'the revisions that there are, the newest first');
  withOutput(command, ['table', 'json', 'yaml']).action(async (reference: string, flags: Flags) => {
    const { rollout: result } = await readOpened(await open(context, reference, flags));
    const { revisions } = result;
    context.terminal.print(
      flags.output === 'table'
        ? historyTable(revisions, context.now())
        : formatAnswer(revisions, flags.output),
    );
  });
}

const commands = {
  promote: {
    description: 'blue/green: move all traffic to the new pods, as soon as all of them are ready',
    wait: 'return when traffic has moved',
    done: (revision: number) => `all traffic is with revision ${revision}`,
    asked: (revision: number) => `revision ${revision} takes over when its pods are ready`,
  },
  abort: {
    description:
      'blue/green: give the new pods up; after the switch, go back to the old ones while they are kept',
    wait: 'return when it is done',
    done: (revision: number) => `revision ${revision} was given up`,
    asked: (revision: number) => `revision ${revision} is being given up`,
  },
} as const;

function addCommand(rollout: Command, context: CliContext, name: keyof typeof commands): void {
  const { description, wait, done, asked } = commands[name];
  const command = ofDeployment(rollout, name, description);
  withOutput(withWait(command, { wait, standard: true })).action(
    async (reference: string, flags: WaitFlags) => {
      const opened = await open(context, reference, flags);
      const revision = commandedRevision((await readOpened(opened)).rollout, name);
      const { blueGreenAnnotations } = await import('@berth/kinds');
      const annotations = { [blueGreenAnnotations[name]]: String(revision) };
      const object = await patch(opened, { metadata: { annotations } });
      const isDone = ({ side }: { side: string }): boolean =>
        side === (name === 'promote' ? 'live' : 'aborted');
      if (flags.wait) await untilCommanded(context, opened, { ...flags, revision, isDone });
      const sentence = `deployment "${opened.place.name}": ${flags.wait ? done(revision) : asked(revision)}`;
      showChanged(context, { object, output: flags.output, sentence });
    },
  );
}

async function untilCommanded(
  context: CliContext,
  opened: Opened,
  wanted: WaitFlags & { revision: number; isDone: (revision: { side: string }) => boolean },
): Promise<void> {
  const { revision, isDone, timeout } = wanted;
  let told = '';
  const awaited = `revision ${revision} of deployment "${opened.place.name}" has what it was told`;
  await waitUntil(context, { awaited, timeoutSeconds: durationSeconds(timeout) }, async () => {
    const { rollout } = await readOpened(opened);
    const target = rollout.revisions.find((candidate) => candidate.revision === revision);
    if (!target?.isNewest) {
      throw new CliError('CONFLICT', `revision ${revision} is the newest no more`, {
        exitCode: exitCodes.conflict,
      });
    }
    if (isDone(target)) return true;
    if (rollout.state === 'Failed') failIfFailed(rollout);
    if (rollout.message !== told) context.terminal.tell(rollout.message);
    told = rollout.message;
    return undefined;
  });
}

function addUndo(rollout: Command, context: CliContext): void {
  const command = ofDeployment(rollout, 'undo', 'bring an earlier revision back').option(
    '--to-revision <revision>',
    'which one, as berth rollout history lists them; default: the one before',
  );
  withOutput(command).action(async (reference: string, flags: Flags & { readonly toRevision?: string }) => {
    const opened = await open(context, reference, flags);
    const toRevision = revisionNumber(flags.toRevision);
    const read = await readOpened(opened);
    const { patch: body, revision } = undoPatch(read, { toRevision, gate: opened.names.gate });
    const object = await patch(opened, body, 'application/json-patch+json');
    const sentence = `deployment "${opened.place.name}" goes back to revision ${revision}`;
    showChanged(context, { object, output: flags.output, sentence });
  });
}

function revisionNumber(text: string | undefined): number | undefined {
  if (text === undefined || text === '0') return undefined;
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw usageError(`--to-revision ${text}: write the number of a revision`);
}

function addChanges(rollout: Command, context: CliContext): void {
  const changes = [
    ['pause', 'let a Deployment stand still', 'paused'],
    ['resume', 'let a paused Deployment go on', 'resumed'],
    ['restart', 'replace all pods by new ones of the same template', 'restarted'],
  ] as const;
  for (const [name, description, done] of changes) {
    withOutput(ofDeployment(rollout, name, description)).action(async (reference: string, flags: Flags) => {
      const opened = await open(context, reference, flags);
      const { deployment } = await readOpened(opened);
      const body =
        name === 'restart'
          ? restartPatch(deployment, context.now())
          : pausePatch(deployment, name === 'pause');
      const object = await patch(opened, body);
      showChanged(context, {
        object,
        output: flags.output,
        sentence: `deployment "${opened.place.name}" ${done}`,
      });
    });
  }
}

function patch(
  { api, place }: Opened,
  body: object,
  contentType = 'application/merge-patch+json',
): Promise<unknown> {
  return api.call({
    method: 'PATCH',
    cluster: place.cluster,
    path: deploymentPath(place),
    contentType,
    body,
  });
}
