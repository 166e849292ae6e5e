import { describe, expect, it } from 'vitest';
import { type Members, patched, updateRefusals } from '../registry/decoded-fixture.ts';
import { cronJob } from './cron-job.ts';

const stored: Members = {
  metadata: { name: 'c'.repeat(60) },
  spec: {
    schedule: '* * * * *',
    timeZone: 'Gone/Zone',
    jobTemplate: {
      spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'x' }] } } },
    },
  },
};

describe('what an update of a CronJob is refused for, as upstream says it', () => {
  it.each<readonly [Members, Members, string[]]>([
    [{}, {}, []],
    [
      {},
      { spec: { timeZone: 'Other/Zone' } },
      ['spec.timeZone: Invalid value: "Other/Zone": unknown time zone Other/Zone'],
    ],
    [
      {},
      { spec: { schedule: 'TZ=UTC * * * * *' } },
      [
        'spec.schedule: Invalid value: "TZ=UTC * * * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
      ],
    ],
    [
      {},
      { spec: { concurrencyPolicy: 'X' } },
      ['spec.concurrencyPolicy: Unsupported value: "X": supported values: "Allow", "Forbid", "Replace"'],
    ],
    [{}, { status: { active: [{ name: 'x' }] } }, []],
    [
      { spec: { schedule: 'TZ=UTC * * * * *' } },
      { spec: { suspend: true } },
      [
        'spec.schedule: Invalid value: "TZ=UTC * * * * *": cannot use both timeZone field and TZ or CRON_TZ in schedule',
      ],
    ],
    [{ spec: { schedule: 'TZ=UTC * * * * *', timeZone: null } }, { spec: { suspend: true } }, []],
  ])('from %j by %j', (before, patch, messages) => {
    const current = patched(stored, before);
    const next = patched(current, patch);
    expect(updateRefusals(cronJob, { current, next })).toEqual(messages);
  });
});
