import { describe, expect, test } from 'vitest';
import { negotiate } from './negotiate.ts';

const projections = ['Table', 'PartialObjectMetadata'] as const;
const table = { format: 'json', as: { kind: 'Table', version: 'v1' } };

describe('the best representation that a client accepts is chosen', () => {
  test.for([
    [undefined, { format: 'json' }],
    ['', { format: 'json' }],
    ['*/*', { format: 'json' }],
    ['application/json', { format: 'json' }],
    ['application/yaml', { format: 'yaml' }],
    ['text/html,application/xhtml+xml,*/*;q=0.8', { format: 'json' }],
    [
      'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json',
      table,
    ],
    ['application/json;as=Table;g=meta.k8s.io;v=v1, application/json', table],
    ['application/json;as=Nothing;v=v1;g=meta.k8s.io,application/json', { format: 'json' }],
    ['application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/yaml', { format: 'yaml' }],
    ['application/vnd.kubernetes.protobuf,application/json', { format: 'json' }],
    [
      'application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json',
      { format: 'json', as: { kind: 'PartialObjectMetadata', version: 'v1' } },
    ],
    ['application/json;q=0.5,application/yaml;q=0.9', { format: 'yaml' }],
    ['application/json;q=0,application/yaml', { format: 'yaml' }],
  ] as const)('%s', ([accept, expected]) => {
    expect(negotiate(accept, { projections })).toEqual(expected);
  });
});

test.for([
  'application/vnd.kubernetes.protobuf',
  'text/plain',
  'constructor',
  '__proto__',
  'application/json;as=Table;v=v2;g=meta.k8s.io',
])('%s alone cannot be answered', (accept) => {
  expect(() => negotiate(accept, { projections })).toThrowError(
    expect.objectContaining({
      message: 'only the following media types are accepted: application/json, application/yaml',
      status: expect.objectContaining({ code: 406, reason: 'NotAcceptable' }),
    }),
  );
});
