import { describe, expect, test } from 'vitest';
import { cellsOf, createErrors, objectOf, updateErrors } from '../registry/kind-fixture.ts';
import { secret } from './secret.ts';

const encode = (text: string) => Buffer.from(text).toString('base64');
const redacted = 'Invalid value: "<secret contents redacted>": must be a JSON object';

describe('Secret', () => {
  test('is Opaque unless it says otherwise', () => {
    expect(secret.strategy.applyDefaults(objectOf(secret))).toEqual(objectOf(secret, { type: 'Opaque' }));
  });

  test('takes stringData over data, and never gives it back', () => {
    const written = objectOf(secret, {
      type: 'x',
      data: { a: encode('old'), b: encode('kept') },
      stringData: { a: 'né', c: '' },
    });
    expect(secret.strategy.applyDefaults(written)).toEqual(
      objectOf(secret, { type: 'x', data: { a: encode('né'), b: encode('kept'), c: '' } }),
    );
  });

  test.each<readonly [string, Record<string, string>, string[]]>([
    ['Opaque', { a: encode('x') }, []],
    ['my.own/type', {}, []],
    ['Opaque', { '..': '' }, ['data[..]: Invalid value: "..": must not be \'..\'']],
    [
      'Opaque',
      { a: Buffer.alloc(1024 * 1024 + 1).toString('base64') },
      ['data: Too long: may not be more than 1048576 bytes'],
    ],
    [
      'kubernetes.io/service-account-token',
      {},
      ['metadata.annotations[kubernetes.io/service-account.name]: Required value'],
    ],
    ['kubernetes.io/dockercfg', {}, ['data[.dockercfg]: Required value']],
    ['kubernetes.io/dockercfg', { '.dockercfg': encode('{"a":{}}') }, []],
    ['kubernetes.io/dockerconfigjson', {}, ['data[.dockerconfigjson]: Required value']],
    [
      'kubernetes.io/dockerconfigjson',
      { '.dockerconfigjson': encode('[]') },
      [`data[.dockerconfigjson]: ${redacted}`],
    ],
    [
      'kubernetes.io/dockerconfigjson',
      { '.dockerconfigjson': encode('{') },
      [`data[.dockerconfigjson]: ${redacted}`],
    ],
    ['kubernetes.io/basic-auth', {}, ['data[username]: Required value', 'data[password]: Required value']],
    ['kubernetes.io/basic-auth', { password: '' }, []],
    ['kubernetes.io/ssh-auth', { 'ssh-privatekey': '' }, ['data[ssh-privatekey]: Required value']],
    ['kubernetes.io/tls', { 'tls.crt': '' }, ['data[tls.key]: Required value']],
    ['kubernetes.io/tls', {}, ['data[tls.crt]: Required value', 'data[tls.key]: Required value']],
  ])('of type %s is checked: %#', (type, data, errors) => {
    expect(createErrors(secret, { type, data })).toEqual(errors);
  });

  test('of a service account names it', () => {
    const metadata = { name: 'a', annotations: { 'kubernetes.io/service-account.name': 'default' } };
    expect(createErrors(secret, { metadata, type: 'kubernetes.io/service-account-token' })).toEqual([]);
  });

  test.each<readonly [Record<string, unknown>, string[]]>([
    [{ type: 'Opaque', immutable: true, data: { a: 'AA==' } }, []],
    [
      { type: 'other', immutable: true, data: { a: 'AA==' } },
      ['type: Invalid value: "other": field is immutable'],
    ],
    [
      { type: 'Opaque', data: {} },
      [
        'immutable: Forbidden: field is immutable when `immutable` is set',
        'data: Forbidden: field is immutable when `immutable` is set',
      ],
    ],
  ])('%# cannot change its type, nor anything once immutable', (next, errors) => {
    const current = { type: 'Opaque', immutable: true, data: { a: 'AA==' } };
    expect(updateErrors(secret, current, next)).toEqual(errors);
  });

  test('shows its type and how many keys it has, and can be selected by type', () => {
    const object = objectOf(secret, { type: 'Opaque', data: { a: '' } });
    expect(cellsOf(secret, object, new Date())).toEqual({
      Name: 'a',
      Type: 'Opaque',
      Data: 1,
      Age: '<unknown>',
    });
    expect(secret.selectableFields['type']?.(object)).toBe('Opaque');
  });
});
