import { describe, expect, test } from 'vitest';
import {
  messageOf,
  oraclesMissing,
  readApiSamples,
  schemaTable,
} from '../../../../test/support/kubernetes-facts.ts';
import { decodeJsonBody } from '../decode/decode-json.ts';
import { StatusError } from '../errors/status-error.ts';
import type { KubeObject } from '../object.ts';
import { decodeProtobufBody } from './decode-protobuf.ts';

const pod = { schema: schemaTable, message: 'k8s.io.api.core.v1.Pod', kind: 'Pod', apiVersion: 'v1' };

function envelope(raw: Buffer, apiVersion = 'v1', kind = 'Pod'): Buffer {
  const typeMeta = Buffer.concat([field(1, Buffer.from(apiVersion)), field(2, Buffer.from(kind))]);
  return Buffer.concat([Buffer.from('k8s\0'), field(1, typeMeta), field(2, raw)]);
}

function field(number: number, value: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2, value.length]), value]);
}

describe.skipIf(oraclesMissing !== undefined)(
  `the API's own samples${oraclesMissing ? ` (${oraclesMissing})` : ''}`,
  () => {
    const samples = oraclesMissing === undefined ? readApiSamples() : [];

    test.each(samples.map((sample) => [sample.name, sample] as const))(
      '%s: protobuf is its JSON',
      (_name, sample) => {
        const twin = JSON.parse(sample.json) as KubeObject;
        const message = messageOf(twin.apiVersion ?? 'v1', twin.kind ?? 'WatchEvent') ?? '';
        // Samples of options and of the watch event carry no kind of their own in JSON.
        const kind = twin.kind ?? message.slice(message.lastIndexOf('.') + 1);
        const { object } = decodeProtobufBody(sample.protobuf, { schema: schemaTable, message, kind });
        expect({ ...object, apiVersion: undefined, kind: undefined }).toEqual({
          ...twin,
          apiVersion: undefined,
          kind: undefined,
        });
      },
    );
  },
);

test('an empty message is the object that an empty JSON body is', () => {
  const fromProtobuf = decodeProtobufBody(envelope(Buffer.alloc(0)), pod);
  expect(fromProtobuf).toEqual(decodeJsonBody('{}', { ...pod, fieldValidation: 'Strict' }));
});

test('unknown fields are skipped', () => {
  const metadata = Buffer.concat([
    field(1, Buffer.from('a')),
    field(15, Buffer.from('?')),
    Buffer.from([0x78, 1]),
  ]);
  const { object } = decodeProtobufBody(
    envelope(Buffer.concat([field(1, metadata), field(14, Buffer.from('x'))])),
    pod,
  );
  expect(object.metadata).toEqual({ name: 'a' });
});

describe('malformed protobuf is refused with the place', () => {
  const cannot = 'Pod in version "v1" cannot be handled as a Pod: protobuf: ';
  test.each([
    [
      'nothing',
      Buffer.alloc(0),
      'the object provided is unrecognized (must be of type Pod): empty data (<empty>)',
    ],
    [
      'no prefix',
      Buffer.from('hello'),
      'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0] (68656c6c6f)',
    ],
    ['only the prefix', Buffer.from('k8s\0'), 'empty body'],
    [
      'a cut envelope',
      envelope(Buffer.from('abc')).subarray(0, 8),
      'protobuf: unexpected end of message at byte 8',
    ],
    [
      'a cut message',
      envelope(field(1, Buffer.from([0x0a, 9, 0x61]))),
      `${cannot}unexpected end of message in metadata.name at byte 22`,
    ],
    [
      'a string where a number belongs',
      envelope(field(2, field(4, Buffer.from('x')))),
      `${cannot}wrong wire type 2, expected 0 in spec.terminationGracePeriodSeconds at byte 20`,
    ],
    ['an endless number', envelope(Buffer.alloc(12, 0xff)), `${cannot}integer overflow at byte 17`],
    [
      'another kind',
      envelope(Buffer.alloc(0), 'v1', 'Secret'),
      'Secret in version "v1" cannot be handled as a Pod: converting (v1.Secret) to (core.Pod): unknown conversion',
    ],
    [
      'another version',
      envelope(Buffer.alloc(0), 'v2'),
      'the API version in the data (v2) does not match the expected API version (v1)',
    ],
  ])('%s', (_what, body, message) => {
    expect(() => decodeProtobufBody(body, pod)).toThrow(
      expect.objectContaining({ code: 'BadRequest', message: expect.stringContaining(message) }),
    );
  });

  test('whatever byte is cut off or changed, nothing else than a refusal or an object comes of it', () => {
    const metadata = Buffer.concat([field(1, Buffer.from('name')), field(11, field(1, Buffer.from('key')))]);
    const whole = envelope(field(1, metadata));
    for (const [index, byte] of whole.entries()) {
      expect([200, 400]).toContain(statusOf(whole.subarray(0, index)));
      for (const change of [1, 4, 0x80, 0xff]) {
        const changed = Buffer.from(whole);
        changed[index] = byte ^ change;
        expect([200, 400]).toContain(statusOf(changed));
      }
    }
  });
});

function statusOf(body: Buffer): number | undefined {
  try {
    decodeProtobufBody(body, pod);
    return 200;
  } catch (error) {
    return error instanceof StatusError ? error.status.code : undefined;
  }
}
