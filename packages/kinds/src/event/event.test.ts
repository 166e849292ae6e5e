import { formatFieldError, type KubeObject } from '@berth/machinery';
import { describe, expect, test } from 'vitest';
import { beforeCreate } from '../lifecycle/before-create.ts';
import { beforeUpdate } from '../lifecycle/before-update.ts';
import { context } from '../lifecycle/lifecycle-fixture.ts';
import { builtinRegistry } from '../registry/builtin-registry.ts';
import { cellsOf, createErrors, objectOf } from '../registry/kind-fixture.ts';
import { event } from './event.ts';
import { eventFromStorage, eventToStorage } from './event-conversion.ts';

const involvedObject = {
  kind: 'Pod',
  namespace: 'default',
  name: 'p',
  uid: '1',
  fieldPath: 'spec.containers{c}',
};
const eventTime = '2026-01-01T00:00:00.000000Z';
const report = {
  eventTime,
  reportingComponent: 'a.b/c',
  reportingInstance: 'i',
  action: 'Run',
  reason: 'Ran',
};
const mismatch = 'does not match event.namespace';
const strict = builtinRegistry.byPath('events.k8s.io', 'v1', 'events')?.definition ?? event;

describe('Event', () => {
  test('is one object in two versions', () => {
    const stored = objectOf(event, {
      involvedObject,
      ...report,
      message: 'it ran',
      source: { component: 's' },
      firstTimestamp: '2026-01-01T00:00:00Z',
      lastTimestamp: '2026-01-01T00:00:00Z',
      count: 2,
      type: 'Normal',
      series: { count: 2, lastObservedTime: eventTime },
    });
    const {
      involvedObject: regarding,
      reportingComponent,
      message,
      source,
      ...rest
    } = stored as typeof stored & Record<string, unknown>;
    const { firstTimestamp, lastTimestamp, count, ...same } = rest;
    const served = {
      ...same,
      apiVersion: 'events.k8s.io/v1',
      regarding,
      reportingController: reportingComponent,
      note: message,
      deprecatedSource: source,
      deprecatedFirstTimestamp: firstTimestamp,
      deprecatedLastTimestamp: lastTimestamp,
      deprecatedCount: count,
    };
    expect(eventFromStorage(stored)).toEqual(served);
    expect(eventToStorage(served)).toEqual(stored);
    expect(builtinRegistry.byPath('', 'v1', 'events')?.definition).toBe(event);
  });

  test.each<readonly [Record<string, unknown>, string[]]>([
    [{ involvedObject }, []],
    [{ involvedObject: { kind: 'Node', name: 'n' } }, []],
    [
      { metadata: { namespace: 'x' }, involvedObject: { kind: 'Node', name: 'n' } },
      [`involvedObject.namespace: Invalid value: "": ${mismatch}`],
    ],
    [
      { metadata: { namespace: 'x' }, involvedObject },
      [`involvedObject.namespace: Invalid value: "default": ${mismatch}`],
    ],
    [{ involvedObject, ...report }, []],
    [{ metadata: { namespace: 'kube-system' }, involvedObject: { kind: 'Node' }, ...report }, []],
    [
      { involvedObject, eventTime },
      [
        'reportingController: Required value',
        'reportingController: Invalid value: "": name part must be non-empty',
        expect.stringMatching(/^reportingController: Invalid value: "": name part must consist of/),
        'reportingInstance: Required value',
        'action: Required value',
        'reason: Required value',
      ],
    ],
    [
      { involvedObject, ...report, action: 'x'.repeat(129), message: 'x'.repeat(1025) },
      [
        'action: Invalid value: "": can have at most 128 characters',
        'message: Invalid value: "": can have at most 1024 characters',
      ],
    ],
  ])('%# is checked', (members, errors) => {
    expect(createErrors(event, members)).toEqual(errors);
  });

  test('is held to stricter rules in the newer version', () => {
    const members = {
      metadata: { name: 'A' },
      involvedObject,
      type: 'Odd',
      count: 1,
      source: { host: 'h' },
      series: { count: 1 },
    };
    expect(createErrors(event, members)).toEqual([]);
    expect(createErrors(strict, members)).toEqual([
      expect.stringMatching(/^metadata\.name: Invalid value: "A": a lowercase RFC 1123 subdomain/),
      'series.count: Invalid value: "": should be at least 2',
      'series.lastObservedTime: Required value',
      'eventTime: Required value',
      'type: Invalid value: "": has invalid value: Odd',
      'count: Invalid value: "": needs to be unset',
      'source: Invalid value: "": needs to be unset',
    ]);
  });

  test('changes its series alone in the newer version', () => {
    const fresh = objectOf(event, { involvedObject, ...report, type: 'Normal' });
    const current = beforeCreate(strict, fresh, context).object;
    const series = { count: 2, lastObservedTime: eventTime };
    const next = withMembers(current, { series });
    expect(beforeUpdate(strict, current, next).effect).toBe('write');
    const changed = withMembers(current, { message: 'new', reportingComponent: 'd' });
    expect(strict.strategy.validateUpdate(changed, current).map(formatFieldError)).toEqual([
      'message: Invalid value: "new": field is immutable',
      'reportingController: Invalid value: "d": field is immutable',
    ]);
    expect(beforeUpdate(event, current, changed).effect).toBe('write');
  });

  const now = new Date('2026-01-01T00:10:00Z');
  test.each<readonly [Record<string, unknown>, Record<string, unknown>]>([
    [
      {
        type: 'Warning',
        reason: 'BackOff',
        message: ' it failed\n',
        source: { component: 'kubelet', host: 'node-1' },
        firstTimestamp: '2026-01-01T00:00:00Z',
        lastTimestamp: '2026-01-01T00:09:30Z',
        count: 7,
      },
      {
        'Last Seen': '30s',
        Type: 'Warning',
        Reason: 'BackOff',
        Object: 'pod/p',
        'Subobject*': 'spec.containers{c}',
        'Source*': 'kubelet, node-1',
        Message: 'it failed',
        'First Seen*': '10m',
        'Count*': 7,
        'Name*': 'a',
      },
    ],
    [
      { ...report, type: 'Normal', series: { count: 3, lastObservedTime: '2026-01-01T00:09:00.000000Z' } },
      {
        'Last Seen': '60s',
        Type: 'Normal',
        Reason: 'Ran',
        Object: 'pod/p',
        'Subobject*': 'spec.containers{c}',
        'Source*': 'a.b/c, i',
        Message: '',
        'First Seen*': '10m',
        'Count*': 3,
        'Name*': 'a',
      },
    ],
  ])('%# shows what kubectl shows of it', (members, cells) => {
    expect(cellsOf(event, objectOf(event, { involvedObject, ...members }), now)).toEqual(cells);
  });

  test('that was seen once has a count of one, and one without a time an unknown age', () => {
    const cells = cellsOf(event, objectOf(event, { involvedObject: { kind: 'Node' } }), now);
    expect(cells).toMatchObject({ 'Last Seen': '<unknown>', Object: 'node', 'Count*': 1 });
  });

  test.each([
    ['involvedObject.name', 'p'],
    ['regarding.kind', 'Pod'],
    ['involvedObject.resourceVersion', ''],
    ['reason', 'Ran'],
    ['type', 'Normal'],
    ['source', 'a.b/c'],
    ['reportingComponent', 'a.b/c'],
    ['reportingController', 'a.b/c'],
  ])('can be selected by %s', (field, value) => {
    const object = objectOf(event, { involvedObject, ...report, type: 'Normal' });
    expect(event.selectableFields[field]?.(object)).toBe(value);
  });
});

function withMembers(object: KubeObject, members: Record<string, unknown>): KubeObject {
  return { ...object, ...members };
}
