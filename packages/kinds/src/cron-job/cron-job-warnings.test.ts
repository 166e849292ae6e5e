import { expect, it } from 'vitest';
import { job } from '../job/job.ts';
import type { KindDefinition } from '../kind-definition.ts';
import { pod } from '../pod/pod.ts';
import { beforeUpdate } from '../lifecycle/before-update.ts';
import { decoded, type Members, patched } from '../registry/decoded-fixture.ts';
import { cronJob } from './cron-job.ts';

const podSpec = {
  restartPolicy: 'Never',
  imagePullSecrets: [{}],
  containers: [{ name: 'c', image: 'x' }],
};
const emptyName = (at: string): string => `${at}imagePullSecrets[0].name: invalid empty name ""`;
const template = { spec: podSpec };
const labels = { a: 'b' };
const aPod: Members = { metadata: { name: 'a.b' }, spec: podSpec };
const aJob: Members = {
  metadata: { name: 'a.b' },
  spec: {
    selector: { matchLabels: labels },
    manualSelector: true,
    template: { ...template, metadata: { labels } },
  },
};
const aCronJob: Members = {
  metadata: { name: 'a.b' },
  spec: { schedule: '* * * * *', jobTemplate: { spec: { template } } },
};
const zoned = patched(aCronJob, { spec: { schedule: 'TZ=UTC * * * * *' } });
const labelled: Members = { metadata: { labels } };
const zoneMessage =
  'cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details';

it.each<readonly [string, KindDefinition, Members, Members, string[]]>([
  ['of a pod: none', pod, aPod, { spec: { activeDeadlineSeconds: 5 } }, []],
  ['of the metadata of a Job: none', job, aJob, labelled, []],
  ['of the spec of a Job', job, aJob, { spec: { suspend: true } }, [emptyName('spec.template.spec.')]],
  ['of the metadata of a CronJob: none', cronJob, aCronJob, labelled, []],
  [
    'of the spec of a CronJob',
    cronJob,
    aCronJob,
    { spec: { suspend: true } },
    [emptyName('spec.jobTemplate.spec.template.spec.')],
  ],
  ['of a CronJob with a zone in its schedule, whatever changes', cronJob, zoned, labelled, [zoneMessage]],
  [
    'of the spec of a CronJob with a zone in its schedule',
    cronJob,
    zoned,
    { spec: { suspend: true } },
    [emptyName('spec.jobTemplate.spec.template.spec.'), zoneMessage],
  ],
])('an update warns as upstream: %s', (...[, kind, members, patch, warnings]) => {
  const stored = decoded(kind, members);
  const current = { ...stored, metadata: { ...stored.metadata, generation: 1, resourceVersion: '1' } };
  const { object } = beforeUpdate(kind, current, decoded(kind, patched(members, patch)));
  expect(kind.strategy.warnings?.(object, current)).toEqual(warnings);
});

it.each([
  [pod, aPod],
  [job, aJob],
  [cronJob, aCronJob],
])('a create warns of the name and of the spec', (kind, members) => {
  expect(kind.strategy.warnings?.(decoded(kind, members))).toHaveLength(2);
});
