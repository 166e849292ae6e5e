import { describe, expect, test } from 'vitest';
import { cellsOf, createErrors, objectOf, updateErrors } from '../registry/kind-fixture.ts';
import { configMap } from './config-map.ts';

const badKey =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
const immutable = 'field is immutable when `immutable` is set';

describe('ConfigMap', () => {
  test.each<readonly [Record<string, unknown>, string[]]>([
    [{}, []],
    [{ data: { 'a.b': '' }, binaryData: { c: 'AA==' } }, []],
    [{ data: { 'a b': '' } }, [`data[a b]: Invalid value: "a b": ${badKey}`]],
    [{ binaryData: { 'a/b': '' } }, [`binaryData[a/b]: Invalid value: "a/b": ${badKey}`]],
    [
      { data: { a: '' }, binaryData: { a: '' } },
      ['data[a]: Invalid value: "a": duplicate of key present in binaryData'],
    ],
    [{ data: { a: 'x'.repeat(1024 * 1024) } }, []],
    [
      { data: { a: 'é'.repeat(512 * 1024) }, binaryData: { b: 'AA==' } },
      ['[]: Too long: may not be more than 1048576 bytes'],
    ],
  ])('%# is checked', (members, errors) => {
    expect(createErrors(configMap, members)).toEqual(errors);
  });

  test.each<readonly [Record<string, unknown>, string[]]>([
    [{ immutable: true, data: { a: '1' }, binaryData: {} }, []],
    [{ data: { a: '1' } }, [`immutable: Forbidden: ${immutable}`]],
    [{ immutable: true, data: { a: '2' } }, [`data: Forbidden: ${immutable}`]],
    [
      { immutable: true, data: { a: '1' }, binaryData: { b: 'AA==' } },
      [`binaryData: Forbidden: ${immutable}`],
    ],
  ])('%# cannot change once immutable', (next, errors) => {
    expect(updateErrors(configMap, { immutable: true, data: { a: '1' } }, next)).toEqual(errors);
  });

  test('shows how many keys it has', () => {
    const object = objectOf(configMap, { data: { a: '', b: '' }, binaryData: { c: '' } });
    expect(cellsOf(configMap, object, new Date())).toEqual({ Name: 'a', Data: 3, Age: '<unknown>' });
  });
});
