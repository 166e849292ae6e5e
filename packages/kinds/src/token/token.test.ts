import { describe, expect, test } from 'vitest';
import { cellsOf, createErrors, objectOf, updateErrors } from '../registry/kind-fixture.ts';
import { token } from './token.ts';

const errorsOf = (spec: Record<string, unknown>) => createErrors(token, { spec: { user: 'ada', ...spec } });

describe('Token', () => {
  test('is a user’s own for thirty days unless it says otherwise', () => {
    const { spec } = token.strategy.applyDefaults(objectOf(token, { spec: { user: 'ada' } }));
    expect(spec).toEqual({ user: 'ada', type: 'User', expirationSeconds: 30 * 24 * 3600 });
    expect(errorsOf({})).toEqual([]);
  });

  test('has the id of its object, ends so long after its creation, and says nothing else of itself', () => {
    const created = token.strategy.prepareForCreate(
      objectOf(token, {
        metadata: { name: 't', uid: 'u1', creationTimestamp: '2026-01-01T00:00:00Z' },
        spec: { user: 'ada', expirationSeconds: 3600 },
        status: { token: 'forged', id: 'other', lastUsedTimestamp: '2026-01-01T00:00:00Z' },
      }),
    );
    expect(created.status).toEqual({ id: 'u1', expirationTimestamp: '2026-01-01T01:00:00Z' });
  });

  test.for<readonly [Record<string, unknown>, string]>([
    [{ type: 'Robot' }, 'spec.type: Unsupported value: "Robot": supported values: "User", "Deploy"'],
    [{ user: '' }, 'spec.user: Required value'],
    [
      { user: 'system:serviceaccount:ns:sa' },
      'spec.user: Invalid value: "system:serviceaccount:ns:sa": must be no service account: ' +
        "ask for a token at the account's own `token`",
    ],
    [{ groups: [''] }, 'spec.groups[0]: Required value'],
    [
      { expirationSeconds: 599 },
      'spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes',
    ],
    [
      { expirationSeconds: 365 * 86_400 + 1 },
      'spec.expirationSeconds: Invalid value: 31536001: may not specify a duration larger than 365 days',
    ],
    [
      { type: 'Deploy' },
      'spec.scope: Required value: a Deploy token must name the namespaces or clusters that it is for',
    ],
    [
      { type: 'Deploy', scope: { verbs: ['get'] } },
      'spec.scope: Required value: a Deploy token must name the namespaces or clusters that it is for',
    ],
    [
      { scope: { namespaces: ['*'] } },
      `spec.scope.namespaces[0]: Invalid value: "*": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')`,
    ],
    [
      { scope: { verbs: ['GET'] } },
      'spec.scope.verbs[0]: Invalid value: "GET": must be a verb such as get or list, or *',
    ],
  ])('%j is refused', ([spec, message]) => {
    expect(errorsOf(spec)).toEqual([message]);
  });

  test('cannot be changed but for its labels and the like', () => {
    const status = { id: 'u1' };
    const current = objectOf(token, { metadata: { name: 't' }, spec: { user: 'ada' }, status });
    const labelled = objectOf(token, {
      metadata: { name: 't', labels: { a: 'b' } },
      spec: { user: 'ada' },
      status: { id: 'other' },
    });
    expect(token.strategy.prepareForUpdate(labelled, current)).toEqual({ ...labelled, status });
    expect(updateErrors(token, { ...current }, { ...labelled })).toEqual([]);
    expect(updateErrors(token, { ...current }, { ...labelled, spec: { user: 'eve' } })).toEqual([
      'spec: Forbidden: a token that was handed out cannot change',
    ]);
  });

  test('its row tells whose it is, what for, and when it was used', () => {
    const object = objectOf(token, {
      metadata: { name: 'ci' },
      spec: { type: 'Deploy', user: 'ada', scope: { namespaces: ['a', 'b'], verbs: ['get'] } },
      status: { id: 'u1', expirationTimestamp: '2026-01-01T01:00:00Z' },
    });
    const now = new Date('2026-01-01T00:40:00Z');
    expect(cellsOf(token, object, now)).toMatchObject({
      Name: 'ci',
      Type: 'Deploy',
      User: 'ada',
      Expires: '2026-01-01T01:00:00Z',
      'Last Used': '<never>',
      'Id*': 'u1',
      'Scope*': 'namespaces a,b; verbs get',
    });
    const used = token.withLastUse?.(object, new Date('2026-01-01T00:30:00Z')) ?? object;
    expect(cellsOf(token, used, now)['Last Used']).toBe('2026-01-01T00:30:00Z');
  });
});
