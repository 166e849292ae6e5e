import type { SchemaTable } from '@berth/machinery';

const meta = 'k8s.io.apimachinery.pkg.apis.meta.v1';
const platform = 'berth.dev.api.platform.v1';

export const trustedIssuerMessage = `${platform}.TrustedIssuer`;

const spec = `${platform}.TrustedIssuerSpec`;
const status = `${platform}.TrustedIssuerStatus`;
const validationRule = `${platform}.ClaimValidationRule`;
const claimRule = `${platform}.ClaimRule`;
const userRule = `${platform}.UserValidationRule`;
const extraMapping = `${platform}.ExtraMapping`;
const tokenScope = `${platform}.ClaimRuleScope`;
const deviceFlow = `${platform}.DeviceFlow`;

const text = { t: 'string', optional: true } as const;
const texts = { t: 'string', repeated: true, optional: true, listType: 'set' } as const;
const atomicList = { repeated: true, optional: true, listType: 'atomic' } as const;

/** The TrustedIssuer's own messages, in the form of Kubernetes' own. */
export const trustedIssuerSchema: SchemaTable = {
  [trustedIssuerMessage]: {
    metadata: { n: 1, t: `${meta}.ObjectMeta`, optional: true, always: true },
    spec: { n: 2, t: spec, required: true, always: true },
    status: { n: 3, t: status, optional: true },
  },
  [spec]: {
    issuer: { n: 1, t: 'string', required: true, always: true },
    audiences: { n: 2, t: 'string', repeated: true, required: true, listType: 'set' },
    clusters: { n: 3, ...texts },
    certificateAuthority: { n: 4, ...text },
    claimValidationRules: { n: 5, t: validationRule, ...atomicList },
    claims: { n: 6, t: claimRule, repeated: true, required: true, listType: 'atomic' },
    userValidationRules: { n: 7, t: userRule, ...atomicList },
    usernamePrefix: { n: 8, ...text, ptr: true },
    groupPrefix: { n: 9, ...text, ptr: true },
    clockSkewSeconds: { n: 10, t: 'int32', optional: true, ptr: true },
    maxTokenAgeSeconds: { n: 11, t: 'int32', optional: true, ptr: true },
    deviceFlow: { n: 12, t: deviceFlow, optional: true, ptr: true },
  },
  [validationRule]: {
    claim: { n: 1, ...text },
    requiredValue: { n: 2, ...text },
    expression: { n: 3, ...text },
    message: { n: 4, ...text },
  },
  [claimRule]: {
    match: { n: 1, t: 'string', required: true, always: true },
    user: { n: 2, t: 'string', required: true, always: true },
    groups: { n: 3, ...text },
    uid: { n: 4, ...text },
    extra: { n: 5, t: extraMapping, ...atomicList },
    scope: { n: 6, t: tokenScope, optional: true, ptr: true },
  },
  [extraMapping]: {
    key: { n: 1, t: 'string', required: true, always: true },
    valueExpression: { n: 2, t: 'string', required: true, always: true },
  },
  [tokenScope]: {
    namespaces: { n: 1, ...texts },
    verbs: { n: 2, ...texts },
  },
  [userRule]: {
    expression: { n: 1, t: 'string', required: true, always: true },
    message: { n: 2, ...text },
  },
  [deviceFlow]: {
    clientId: { n: 1, t: 'string', required: true, always: true },
    scopes: { n: 2, ...texts },
  },
  [status]: {
    conditions: {
      n: 1,
      t: `${meta}.Condition`,
      repeated: true,
      optional: true,
      listType: 'map',
      listMapKeys: ['type'],
      patchStrategy: 'merge',
      patchMergeKey: 'type',
    },
    observedGeneration: { n: 2, t: 'int64', optional: true },
    lastFetchTime: { n: 3, t: `${meta}.Time`, optional: true },
  },
};
