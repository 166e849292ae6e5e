import type { Deployment, PodTemplateSpec, ReplicaSet } from '@berth/kinds';
import { CliError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { changeCauseAnnotation, type Rollout } from './rollout-model.ts';

const restartedAtAnnotation = 'kubectl.kubernetes.io/restartedAt';
const hashLabel = 'pod-template-hash';

/** A request that cannot be met as things are. */
function refused(message: string): CliError {
  return new CliError('NOTHING_TO_DO', message, { exitCode: exitCodes.conflict });
}

/** A merge patch that pauses or resumes. @throws CliError NOTHING_TO_DO */
export function pausePatch({ metadata, spec }: Deployment, paused: boolean): object {
  if ((spec?.paused ?? false) === paused) {
    throw refused(`deployment "${metadata.name}" is ${paused ? 'paused already' : 'not paused'}`);
  }
  return { spec: { paused } };
}

/** A merge patch that makes every pod anew, as `kubectl rollout restart` does. @throws CliError NOTHING_TO_DO */
export function restartPatch({ metadata, spec }: Deployment, now: Date): object {
  if (spec?.paused) throw refused(pausedMessage(metadata.name));
  const annotations = { [restartedAtAnnotation]: `${now.toISOString().slice(0, 19)}Z` };
  return { spec: { template: { metadata: { annotations } } } };
}

function pausedMessage(name: string): string {
  return `deployment "${name}" is paused; resume it first: berth rollout resume ${name}`;
}

/**
 * A JSON patch that brings the template of an earlier revision back.
 *
 * @param toRevision undefined: the one before the newest
 * @throws CliError NOTHING_TO_DO, NOT_FOUND
 */
export function undoPatch(
  { deployment, rollout, sets }: { deployment: Deployment; rollout: Rollout; sets: readonly ReplicaSet[] },
  { toRevision, gate }: { readonly toRevision: number | undefined; readonly gate: string },
): { readonly patch: readonly object[]; readonly revision: number } {
  const { name } = rollout;
  if (deployment.spec?.paused) throw refused(pausedMessage(name));
  const earlier = rollout.revisions.filter(({ isNewest }) => !isNewest);
  const target =
    toRevision === undefined ? earlier[0] : rollout.revisions.find(({ revision }) => revision === toRevision);
  if (!target) throw unknownRevision(rollout, toRevision);
  if (target.isNewest) throw refused(`deployment "${name}" is at revision ${target.revision} already`);
  const set = sets.find(({ metadata }) => metadata.name === target.replicaSet);
  const cause = set?.metadata.annotations?.[changeCauseAnnotation];
  const { [changeCauseAnnotation]: _cause, ...others } = deployment.metadata.annotations ?? {};
  const annotations = cause === undefined ? others : { ...others, [changeCauseAnnotation]: cause };
  return {
    revision: target.revision,
    patch: [
      { op: 'test', path: '/metadata/resourceVersion', value: deployment.metadata.resourceVersion },
      { op: 'replace', path: '/spec/template', value: writtenTemplate(set?.spec?.template ?? {}, gate) },
      { op: 'add', path: '/metadata/annotations', value: annotations },
    ],
  };
}

function unknownRevision({ name, revisions }: Rollout, wanted: number | undefined): CliError {
  const known = revisions.map(({ revision }) => revision).join(', ') || 'none';
  const message =
    wanted === undefined
      ? `deployment "${name}" has no earlier revision to go back to`
      : `deployment "${name}" has no revision ${wanted}; it has ${known}`;
  return new CliError('NOT_FOUND', message, { exitCode: exitCodes.notFound });
}

/** The template without what the controller added to it. */
function writtenTemplate({ metadata, spec }: PodTemplateSpec, gate: string): object {
  const { [hashLabel]: _hash, ...labels } = metadata?.labels ?? {};
  const { readinessGates = [], ...rest } = spec ?? {};
  const gates = readinessGates.filter(({ conditionType }) => conditionType !== gate);
  return {
    metadata: { ...metadata, labels },
    spec: gates.length > 0 ? { ...rest, readinessGates: gates } : rest,
  };
}

/** The revision that a promotion or an abort is of. @throws CliError NOTHING_TO_DO */
export function commandedRevision(rollout: Rollout, command: 'promote' | 'abort'): number {
  const { name, strategy, revisions, state } = rollout;
  if (strategy !== 'BlueGreen') {
    const hint = 'annotate it with deploy.berth.dev/strategy=BlueGreen';
    throw refused(`deployment "${name}" is not blue/green (${strategy}); ${hint}`);
  }
  if (state === 'Paused') throw refused(pausedMessage(name));
  const newest = revisions.find(({ isNewest }) => isNewest);
  const retired = revisions.find(({ side }) => side === 'retired');
  const waits = newest?.side === 'waiting' || newest?.side === 'aborted' || newest?.side === 'retired';
  if (command === 'promote') {
    if (newest && waits) return newest.revision;
    throw refused(
      `deployment "${name}" has nothing to promote: revision ${newest?.revision ?? 0} has all traffic`,
    );
  }
  if (newest?.side === 'aborted')
    throw refused(`revision ${newest.revision} of deployment "${name}" was given up already`);
  if (newest && (waits || retired)) return newest.revision;
  throw refused(
    `deployment "${name}" has nothing to give up, and its old pods are gone; go back by: berth rollout undo ${name}`,
  );
}
