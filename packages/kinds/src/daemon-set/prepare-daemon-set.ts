import { copyJson, type KubeObject, semanticEqual } from '@berth/machinery';
import type { DaemonSet } from '../generated/api-types.ts';
import { dropDisabledFields } from '../pod-template/drop-disabled-fields.ts';
import { keepStatus } from '../strategy/status-strategy.ts';
import { daemonSetOf } from './daemon-set-of.ts';

/** Counts changes of the template, for clients from before there were revisions. */
const templateGenerationAnnotation = 'deprecated.daemonset.template.generation';

/** A new DaemonSet has counted nothing yet. */
export function prepareDaemonSetForCreate(object: KubeObject): KubeObject {
  const daemonSet = withoutDisabled(object);
  daemonSet.status = {
    currentNumberScheduled: 0,
    numberMisscheduled: 0,
    desiredNumberScheduled: 0,
    numberReady: 0,
  };
  return withTemplateGeneration(daemonSet, Math.max(1, templateGeneration(daemonSet)));
}

export function prepareDaemonSetForUpdate(next: KubeObject, current: KubeObject): KubeObject {
  const daemonSet = withoutDisabled(keepStatus(next, current));
  const old = daemonSetOf(current);
  const isChanged = !semanticEqual(daemonSet.spec?.template, old.spec?.template);
  return withTemplateGeneration(daemonSet, templateGeneration(old) + (isChanged ? 1 : 0));
}

function withoutDisabled(object: KubeObject): DaemonSet {
  const daemonSet = daemonSetOf(copyJson(object));
  if (daemonSet.spec?.template.spec) dropDisabledFields(daemonSet.spec.template.spec);
  return daemonSet;
}

/** 0 for one that never had any, or none that is a number. */
function templateGeneration({ metadata }: DaemonSet): number {
  const text = metadata.annotations?.[templateGenerationAnnotation] ?? '';
  return /^\d+$/.test(text) ? Number(text) : 0;
}

function withTemplateGeneration(daemonSet: DaemonSet, generation: number): KubeObject {
  const annotations = { ...daemonSet.metadata.annotations, [templateGenerationAnnotation]: `${generation}` };
  return { ...daemonSet, metadata: { ...daemonSet.metadata, annotations } };
}
