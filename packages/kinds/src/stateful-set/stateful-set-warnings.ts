import { type KubeObject, path } from '@berth/machinery';
import type { StatefulSetSpec } from '../generated/api-types.ts';
import { specChanged } from '../job/job-warnings.ts';
import { fieldWarning } from '../pod-template/field-warning.ts';
import { fractionalBytesWarnings } from '../pod-template/fractional-bytes-warnings.ts';
import { podSpecWarnings } from '../pod-template/pod-spec-warnings.ts';
import { statefulSetOf } from './stateful-set-of.ts';

const specAt = path('spec');

/** Of a new StatefulSet, or of an update: of the template only if the spec changes. */
export function statefulSetWarnings(object: KubeObject, current?: KubeObject): readonly string[] {
  const { spec = { template: {} } } = statefulSetOf(object);
  const isRead = !current || specChanged(object, current);
  const template = isRead
    ? podSpecWarnings(spec.template, specAt.child('template'), { isTemplate: true })
    : [];
  return [...template, ...claimWarnings(spec, current !== undefined), ...historyWarnings(spec)];
}

function claimWarnings({ volumeClaimTemplates = [] }: StatefulSetSpec, isUpdate: boolean): string[] {
  return volumeClaimTemplates.flatMap(({ spec }, index) => {
    const claimAt = specAt.child('volumeClaimTemplates').index(index);
    // Upstream's path, with and without a last part that no field has.
    const at = (isUpdate ? claimAt.child('Spec') : claimAt).child('resources');
    return (['requests', 'limits'] as const).flatMap((kind) =>
      fractionalBytesWarnings(spec?.resources?.[kind]?.['storage'], at.child(kind).key('storage')),
    );
  });
}

function historyWarnings({ revisionHistoryLimit = 0 }: StatefulSetSpec): string[] {
  if (revisionHistoryLimit >= 0) return [];
  const text = 'a negative value retains all historical revisions; a value >= 0 is recommended';
  return [fieldWarning(specAt.child('revisionHistoryLimit'), text)];
}
