import { describe, expect, test } from 'vitest';
import {
  messageOf,
  oraclesMissing,
  readApiSamples,
  schemaTable,
} from '../../../../test/support/kubernetes-facts.ts';
import type { KubeObject } from '../object.ts';
import { decodeProtobufBody } from './decode-protobuf.ts';
import { encodeProtobufBody } from './encode-protobuf.ts';

describe.skipIf(oraclesMissing !== undefined)(
  `the API's own samples${oraclesMissing ? ` (${oraclesMissing})` : ''}`,
  () => {
    // The watch event's sample has no kind, not even in its envelope.
    const samples =
      oraclesMissing === undefined
        ? readApiSamples().filter(({ name }) => name !== 'core.v1.WatchEvent')
        : [];

    test.each(samples.map((sample) => [sample.name, sample] as const))(
      '%s: its JSON gives its bytes',
      (_name, sample) => {
        const twin = JSON.parse(sample.json) as KubeObject;
        const message = messageOf(twin.apiVersion ?? 'v1', twin.kind ?? 'WatchEvent') ?? '';
        const kind = twin.kind ?? message.slice(message.lastIndexOf('.') + 1);
        const target = { schema: schemaTable, message, kind };
        expect(Buffer.from(encodeProtobufBody(twin, target))).toEqual(sample.protobuf);
      },
    );
  },
);

test('what was never set comes back as it was', () => {
  const target = { schema: schemaTable, message: 'k8s.io.api.core.v1.Pod', kind: 'Pod', apiVersion: 'v1' };
  const pod = {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: {},
    spec: { containers: [{ name: 'c', resources: {} }], priority: 0 },
    status: {},
  };
  expect(decodeProtobufBody(encodeProtobufBody(pod, target), target).object).toEqual(pod);
});
