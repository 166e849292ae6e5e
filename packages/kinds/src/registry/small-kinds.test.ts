import { describe, expect, test } from 'vitest';
import { controllerRevision } from '../controller-revision/controller-revision.ts';
import { lease } from '../lease/lease.ts';
import { beforeCreate } from '../lifecycle/before-create.ts';
import { context } from '../lifecycle/lifecycle-fixture.ts';
import { serviceAccount } from '../service-account/service-account.ts';
import { cellsOf, createErrors, objectOf, updateErrors } from './kind-fixture.ts';

describe('Lease', () => {
  test.each<readonly [object, string[]]>([
    [{ holderIdentity: 'a', leaseDurationSeconds: 40, leaseTransitions: 0 }, []],
    [{ leaseDurationSeconds: 0 }, ['spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0']],
    [
      { leaseTransitions: -1 },
      ['spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0'],
    ],
    [
      { preferredHolder: 'b' },
      ['spec.preferredHolder: Forbidden: may only be specified if `strategy` is defined'],
    ],
    [{ preferredHolder: 'b', strategy: 'OldestEmulationVersion' }, []],
    [
      { strategy: 'Odd' },
      ['spec.strategy.strategy: Unsupported value: "Odd": supported values: "OldestEmulationVersion"'],
    ],
    [{ strategy: '/x' }, ['spec.strategy.strategy: Invalid value: "/x": prefix part must be non-empty']],
  ])('%j is checked', (spec, errors) => {
    expect(createErrors(lease, { spec })).toEqual(errors);
    expect(updateErrors(lease, {}, { spec })).toEqual(errors);
  });

  test('of a node stays off the log, others do not', () => {
    const isOffLog = (namespace: string) => lease.offLog?.({ namespace, name: 'a' });
    expect([isOffLog('kube-node-lease'), isOffLog('default')]).toEqual([true, false]);
  });

  test('shows its holder', () => {
    const object = objectOf(lease, { spec: { holderIdentity: 'node-1' } });
    expect(cellsOf(lease, object, new Date())).toEqual({ Name: 'a', Holder: 'node-1', Age: '<unknown>' });
  });
});

describe('ServiceAccount', () => {
  test('keeps the names of its secrets alone', () => {
    const secrets = [{ name: 's', namespace: 'other', kind: 'Secret' }];
    const { object } = beforeCreate(serviceAccount, objectOf(serviceAccount, { secrets }), context);
    expect(object).toMatchObject({ secrets: [{ name: 's' }] });
    expect(cellsOf(serviceAccount, object, context.now)).toEqual({ Name: 'a', Secrets: 1, Age: '0s' });
  });
});

describe('ControllerRevision', () => {
  test.each<readonly [Record<string, unknown>, string[]]>([
    [{ data: {}, revision: 1 }, []],
    [{ revision: 1 }, ['data: Required value: data is mandatory']],
    [{ data: {}, revision: -1 }, ['revision: Invalid value: -1: must be greater than or equal to 0']],
  ])('%j is checked', (members, errors) => {
    expect(createErrors(controllerRevision, members)).toEqual(errors);
  });

  test('never changes its data', () => {
    const current = { data: { a: 1 }, revision: 1 };
    expect(updateErrors(controllerRevision, current, { ...current, revision: 2 })).toEqual([]);
    expect(updateErrors(controllerRevision, current, { ...current, data: { a: 2 } })).toEqual([
      'data: Invalid value: {"a":2}: field is immutable',
    ]);
  });

  test('shows whose it is', () => {
    const owner = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'agent', uid: '1', controller: true };
    const owned = objectOf(controllerRevision, {
      metadata: { name: 'a', ownerReferences: [owner] },
      revision: 3,
    });
    const now = new Date();
    expect(cellsOf(controllerRevision, owned, now)).toMatchObject({
      Controller: 'daemonset.apps/agent',
      Revision: 3,
    });
    expect(cellsOf(controllerRevision, objectOf(controllerRevision), now)).toMatchObject({
      Controller: '<none>',
      Revision: 0,
    });
  });
});
