import { describe, expect, it } from 'vitest';
import { created } from '../registry/decoded-fixture.ts';
import { cronJob } from './cron-job.ts';

const jobTemplate = {
  spec: { template: { spec: { restartPolicy: 'OnFailure', containers: [{ name: 'c', image: 'x' }] } } },
};

describe('what a CronJob is refused for, as upstream says it', () => {
  it.each<readonly [Record<string, unknown>, string[]]>([
    [{ schedule: '' }, ['spec.schedule: Required value']],
    [{ schedule: 'x' }, ['spec.schedule: Invalid value: "x": expected exactly 5 fields, found 1: [x]']],
    [
      { schedule: '* * * * 7' },
      ['spec.schedule: Invalid value: "* * * * 7": end of range (7) above maximum (6): 7'],
    ],
    [
      { schedule: 'TZ=UTC * * * * *' },
      [
        'spec.schedule: Invalid value: "TZ=UTC * * * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
      ],
    ],
    [
      { schedule: 'CRON_TZ=Foo * * * * *' },
      [
        'spec.schedule: Invalid value: "CRON_TZ=Foo * * * * *": provided bad location Foo: unknown time zone Foo',
        'spec.schedule: Invalid value: "CRON_TZ=Foo * * * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
      ],
    ],
    [
      { schedule: 'TZ=0' },
      [
        'spec.schedule: Invalid value: "TZ=0": invalid schedule format: runtime error: slice bounds out of range [:-1]',
        'spec.schedule: Invalid value: "TZ=0": cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
      ],
    ],
    [
      { schedule: '*/0 * * * *' },
      ['spec.schedule: Invalid value: "*/0 * * * *": step of range should be a positive number: */0'],
    ],
    [
      { schedule: '1-2-3 * * * *' },
      ['spec.schedule: Invalid value: "1-2-3 * * * *": too many hyphens: 1-2-3'],
    ],
    [
      { schedule: 'a,b * * * *' },
      [
        'spec.schedule: Invalid value: "a,b * * * *": failed to parse int from a: strconv.Atoi: parsing "a": invalid syntax',
      ],
    ],
    [{ schedule: '@foo' }, ['spec.schedule: Invalid value: "@foo": unrecognized descriptor: @foo']],
    [
      { schedule: '* * * * *', timeZone: '' },
      ['spec.timeZone: Invalid value: "": timeZone must be nil or non-empty string'],
    ],
    [
      { schedule: '* * * * *', timeZone: 'Local' },
      [
        'spec.timeZone: Invalid value: "Local": timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones',
      ],
    ],
    [
      { schedule: '* * * * *', timeZone: 'LOCAL' },
      [
        'spec.timeZone: Invalid value: "LOCAL": timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones',
        'spec.timeZone: Invalid value: "LOCAL": unknown time zone LOCAL',
      ],
    ],
    [
      { schedule: '* * * * *', timeZone: 'Foo/Bar' },
      ['spec.timeZone: Invalid value: "Foo/Bar": unknown time zone Foo/Bar'],
    ],
    [
      { schedule: '* * * * *', timeZone: '../etc' },
      ['spec.timeZone: Invalid value: "../etc": unknown time zone ../etc'],
    ],
    [
      { schedule: '* * * * *', timeZone: 'a/b/c' },
      ['spec.timeZone: Invalid value: "a/b/c": unknown time zone a/b/c'],
    ],
    [{ schedule: '* * * * *', timeZone: '-x' }, ['spec.timeZone: Invalid value: "-x": unknown time zone -x']],
    [
      { schedule: '* * * * *', timeZone: 'Europe/' },
      ['spec.timeZone: Invalid value: "Europe/": unknown time zone Europe/'],
    ],
    [
      { schedule: '* * * * *', timeZone: 'xxxxxxxxxxxxxxxxxxxx' },
      ['spec.timeZone: Invalid value: "xxxxxxxxxxxxxxxxxxxx": unknown time zone xxxxxxxxxxxxxxxxxxxx'],
    ],
    [
      {
        schedule: '* * * * *',
        concurrencyPolicy: 'X',
        startingDeadlineSeconds: -1,
        successfulJobsHistoryLimit: -1,
        failedJobsHistoryLimit: -1,
      },
      [
        'spec.startingDeadlineSeconds: Invalid value: -1: must be greater than or equal to 0',
        'spec.concurrencyPolicy: Unsupported value: "X": supported values: "Allow", "Forbid", "Replace"',
        'spec.successfulJobsHistoryLimit: Invalid value: -1: must be greater than or equal to 0',
        'spec.failedJobsHistoryLimit: Invalid value: -1: must be greater than or equal to 0',
      ],
    ],
    [
      {
        schedule: '* * * * *',
        jobTemplate: {
          spec: {
            template: { spec: { restartPolicy: 'OnFailure', containers: [{ name: 'c', image: 'x' }] } },
            selector: { matchLabels: { a: 'b' } },
            manualSelector: true,
          },
        },
      },
      [
        'spec.jobTemplate.spec.selector: Invalid value: {"matchLabels":{"a":"b"}}: `selector` will be auto-generated',
        'spec.jobTemplate.spec.manualSelector: Unsupported value: true: supported values: "nil", "false"',
      ],
    ],
    [
      {
        schedule: '* * * * *',
        jobTemplate: {
          spec: { template: { spec: { restartPolicy: 'Always', containers: [{ name: 'c', image: 'x' }] } } },
        },
      },
      [
        'spec.jobTemplate.spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
      ],
    ],
    [
      {
        schedule: '* * * * *',
        jobTemplate: {
          spec: {
            template: { spec: { restartPolicy: 'OnFailure', containers: [{ name: 'c', image: 'x' }] } },
            completions: -1,
            podFailurePolicy: { rules: [{ action: 'Ignore', onPodConditions: [{ type: 'X' }] }] },
          },
        },
      },
      [
        'spec.jobTemplate.spec.completions: Invalid value: -1: must be greater than or equal to 0',
        'spec.jobTemplate.spec.template.spec.restartPolicy: Invalid value: "OnFailure": only "Never" is supported when podFailurePolicy is specified',
      ],
    ],
    [
      {
        schedule: '* * * * *',
        jobTemplate: {
          spec: {
            template: {
              spec: {
                restartPolicy: 'OnFailure',
                containers: [{ name: 'c', image: 'x' }],
                tolerations: [{ operator: 'Equal' }],
              },
            },
          },
        },
      },
      [
        'spec.jobTemplate.spec.template.spec.tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys"',
      ],
    ],
  ])('%j', (members, messages) => {
    expect(
      created(cronJob, { metadata: { name: 'cj' }, spec: { schedule: '* * * * *', jobTemplate, ...members } })
        .refusals,
    ).toEqual(messages);
  });
});
