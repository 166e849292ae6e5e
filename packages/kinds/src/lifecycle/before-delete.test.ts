import type { KubeObject } from '@berth/machinery';
import { describe, expect, test } from 'vitest';
import { beforeDelete } from './before-delete.ts';
import { boat, gracefulBoat, now, storedBoat } from './lifecycle-fixture.ts';
import type { DeleteOptions } from './mutation.ts';

const atNow = '2026-05-01T12:00:00Z';

function remove(kind: typeof boat, current: KubeObject, options: DeleteOptions = {}) {
  return beforeDelete(kind, current, { options, now });
}

describe('an object without grace', () => {
  test('goes at once, as it is', () => {
    const current = storedBoat();
    expect(remove(boat, current)).toEqual({ effect: 'remove', object: current });
  });

  test('terminates while finalizers hold it', () => {
    expect(remove(boat, storedBoat({ finalizers: ['a.b/c'] }))).toEqual({
      effect: 'write',
      object: storedBoat({
        finalizers: ['a.b/c'],
        deletionTimestamp: atNow,
        deletionGracePeriodSeconds: 0,
        generation: 2,
      }),
    });
  });

  test('that terminates already stays as it is', () => {
    const current = storedBoat({
      finalizers: ['a.b/c'],
      deletionTimestamp: '2026-05-01T11:00:00Z',
      deletionGracePeriodSeconds: 0,
    });
    expect(remove(boat, current)).toEqual({ effect: 'unchanged', object: current });
  });

  test.each<
    readonly [DeleteOptions, string[] | undefined, 'background' | 'orphan' | 'unsupported', string[]]
  >([
    [{}, undefined, 'background', []],
    [{}, undefined, 'orphan', ['orphan']],
    [{}, ['foregroundDeletion'], 'orphan', ['foregroundDeletion']],
    [{ propagationPolicy: 'Background' }, undefined, 'orphan', []],
    [{ propagationPolicy: 'Background' }, ['orphan', 'a.b/c'], 'background', ['a.b/c']],
    [{ propagationPolicy: 'Foreground' }, undefined, 'background', ['foregroundDeletion']],
    [{ propagationPolicy: 'Foreground' }, ['orphan'], 'background', ['foregroundDeletion']],
    [{ propagationPolicy: 'Orphan' }, ['a.b/c'], 'background', ['a.b/c', 'orphan']],
    [{ orphanDependents: true }, undefined, 'background', ['orphan']],
    [{ orphanDependents: false }, ['orphan'], 'orphan', []],
    [{ propagationPolicy: 'Foreground' }, undefined, 'unsupported', []],
  ])(
    '%j with finalizers %j and default %s keeps %j',
    (...[options, finalizers, defaultPropagation, expected]) => {
      const current = storedBoat(finalizers ? { finalizers } : {});
      const mutation = remove({ ...boat, defaultPropagation }, current, options);
      expect(mutation.effect).toBe(expected.length > 0 ? 'write' : 'remove');
      if (mutation.effect === 'write') expect(mutation.object.metadata.finalizers).toEqual(expected);
    },
  );
});

describe('an object with grace', () => {
  test.each<readonly [DeleteOptions, number, string]>([
    [{}, 30, '2026-05-01T12:00:30Z'],
    [{ gracePeriodSeconds: 5 }, 5, '2026-05-01T12:00:05Z'],
    [{ gracePeriodSeconds: -7 }, 1, '2026-05-01T12:00:01Z'],
  ])('%j begins to terminate', (options, deletionGracePeriodSeconds, deletionTimestamp) => {
    expect(remove(gracefulBoat, storedBoat(), options)).toEqual({
      effect: 'write',
      object: storedBoat({ deletionTimestamp, deletionGracePeriodSeconds, generation: 2 }),
    });
  });

  test('goes at once where the grace is zero', () => {
    expect(remove(gracefulBoat, storedBoat(), { gracePeriodSeconds: 0 })).toEqual({
      effect: 'remove',
      object: storedBoat({ deletionTimestamp: atNow, deletionGracePeriodSeconds: 0, generation: 2 }),
    });
  });

  test('stays where the grace is zero and finalizers hold it', () => {
    const { effect, object } = remove(gracefulBoat, storedBoat({ finalizers: ['a.b/c'] }), {
      gracePeriodSeconds: 0,
    });
    expect([effect, object.metadata.deletionGracePeriodSeconds]).toEqual(['write', 0]);
  });
});

describe('a running grace', () => {
  const running = storedBoat({ deletionTimestamp: '2026-05-01T12:00:20Z', deletionGracePeriodSeconds: 30 });

  test.each([{}, { gracePeriodSeconds: 30 }, { gracePeriodSeconds: 60 }])(
    'is not extended by %j',
    (options) => {
      expect(remove(gracefulBoat, running, options)).toEqual({ effect: 'unchanged', object: running });
    },
  );

  test.each([
    [{ gracePeriodSeconds: 20 }, '2026-05-01T12:00:10Z', 20],
    // Already over: as short as it can be while somebody else still ends the object.
    [{ gracePeriodSeconds: 2 }, atNow, 1],
  ])('is shortened by %j', (options, deletionTimestamp, deletionGracePeriodSeconds) => {
    expect(remove(gracefulBoat, running, options)).toEqual({
      effect: 'write',
      object: storedBoat({ deletionTimestamp, deletionGracePeriodSeconds }),
    });
  });

  test('ends by a deletion without grace', () => {
    expect(remove(gracefulBoat, running, { gracePeriodSeconds: 0 })).toEqual({
      effect: 'remove',
      object: storedBoat({ deletionTimestamp: atNow, deletionGracePeriodSeconds: 0 }),
    });
  });

  test('that has ended does not save the object from the next deletion', () => {
    const ended = storedBoat({ deletionTimestamp: atNow, deletionGracePeriodSeconds: 0 });
    expect(remove(gracefulBoat, ended)).toEqual({ effect: 'remove', object: ended });
  });
});

describe('a deletion is refused', () => {
  test.each<readonly [DeleteOptions, string, string]>([
    [
      { preconditions: { uid: 'uid-0' } },
      'Conflict',
      'Operation cannot be fulfilled on Boat.harbour.example "tug": the UID in the precondition (uid-0) does not match the UID in record (uid-1). The object might have been deleted and then recreated',
    ],
    [
      { preconditions: { uid: 'uid-1', resourceVersion: '6' } },
      'Conflict',
      'Operation cannot be fulfilled on Boat.harbour.example "tug": the ResourceVersion in the precondition (6) does not match the ResourceVersion in record (7). The object might have been modified',
    ],
    [
      { propagationPolicy: 'Orphan', orphanDependents: true },
      'Invalid',
      'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Invalid value: "Orphan": orphanDependents and deletionPropagation cannot be both set',
    ],
    [
      { propagationPolicy: 'Never' as 'Orphan' },
      'Invalid',
      'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "Never": supported values: "Foreground", "Background", "Orphan", "nil"',
    ],
  ])('for %j', (options, code, message) => {
    expect(() => remove(boat, storedBoat(), options)).toThrow(expect.objectContaining({ code, message }));
  });

  test('where the kind forbids it', () => {
    const kind = { ...boat, strategy: { ...boat.strategy, forbidsDelete: () => 'it is moored' } };
    expect(() => remove(kind, storedBoat())).toThrow(
      expect.objectContaining({
        code: 'Forbidden',
        message: 'boats.harbour.example "tug" is forbidden: it is moored',
      }),
    );
  });
});
