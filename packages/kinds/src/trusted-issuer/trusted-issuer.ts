import type { KubeObject } from '@berth/machinery';
import { ageColumn, nameColumn, textColumn, wideColumn } from '../columns/object-columns.ts';
import type { Condition } from '../generated/api-types.ts';
import type { KindDefinition } from '../kind-definition.ts';
import { objectVerbs, statusSubresource } from '../strategy/object-verbs.ts';
import { keepAllButStatus, keepStatus, withoutStatus } from '../strategy/status-strategy.ts';
import { trustedIssuerMessage, trustedIssuerSchema } from './trusted-issuer-schema.ts';
import type { TrustedIssuer, TrustedIssuerSpec } from './trusted-issuer-spec.ts';
import { validateTrustedIssuer } from './validate-trusted-issuer.ts';

const defaultClockSkewSeconds = 30;
const defaultMaxTokenAgeSeconds = 86_400;

/** The kind of a {@link TrustedIssuer}. */
export const trustedIssuer: KindDefinition = {
  kind: 'TrustedIssuer',
  listKind: 'TrustedIssuerList',
  plural: 'trustedissuers',
  singular: 'trustedissuer',
  shortNames: [],
  categories: ['berth'],
  scope: 'Namespaced',
  versions: [{ group: 'platform.berth.dev', version: 'v1', message: trustedIssuerMessage }],
  verbs: objectVerbs,
  subresources: [statusSubresource],
  columns: [
    nameColumn,
    textColumn({
      name: 'Issuer',
      description: 'The URL that tokens name as their issuer.',
      cell: (object) => specOf(object).issuer,
    }),
    textColumn({
      name: 'Ready',
      description: "Whether the issuer's keys could be fetched.",
      cell: (object) => readyOf(object)?.status ?? 'Unknown',
    }),
    wideColumn({
      name: 'Reason',
      description: 'Why it is ready or not.',
      cell: (object) => readyOf(object)?.reason ?? '',
    }),
    ageColumn,
  ],
  strategy: {
    applyDefaults,
    prepareForCreate: withoutStatus,
    prepareForUpdate: keepStatus,
    validateCreate: validate,
    validateUpdate: validate,
    status: { prepareForUpdate: keepAllButStatus, validateUpdate: () => [] },
  },
  selectableFields: { 'spec.issuer': (object) => specOf(object).issuer },
  hasGeneration: true,
  systemOnly: true,
  schema: trustedIssuerSchema,
};

function applyDefaults(object: KubeObject): KubeObject {
  const spec = specOf(object);
  // A name that is still to be generated cannot stand in a prefix yet; the next update sets it, and it counts all the same.
  const prefix = object.metadata.name ? `${object.metadata.name}:` : undefined;
  return {
    ...object,
    spec: {
      ...(prefix !== undefined && { usernamePrefix: prefix, groupPrefix: prefix }),
      clockSkewSeconds: defaultClockSkewSeconds,
      maxTokenAgeSeconds: defaultMaxTokenAgeSeconds,
      ...spec,
    },
  };
}

function validate(object: KubeObject) {
  return validateTrustedIssuer(specOf(object));
}

function specOf(object: KubeObject): TrustedIssuerSpec {
  // Decoding writes the members that have no `optional`.
  return (object as TrustedIssuer).spec ?? { issuer: '' };
}

function readyOf(object: KubeObject): Condition | undefined {
  const { status } = object as TrustedIssuer;
  return status?.conditions?.find(({ type }) => type === 'Ready');
}
