import type { SchemaTable } from '@berth/machinery';

const meta = 'k8s.io.apimachinery.pkg.apis.meta.v1';
const access = 'berth.dev.api.access.v1';

export const tokenMessage: string = `${access}.Token`;

const messages = {
  spec: `${access}.TokenSpec`,
  scope: `${access}.TokenScope`,
  status: `${access}.TokenStatus`,
};

const text = { t: 'string', optional: true } as const;
const texts = { t: 'string', repeated: true, optional: true, listType: 'set' } as const;
const time = { t: `${meta}.Time`, optional: true } as const;

/** The Token's own messages, in the form of Kubernetes' own. */
export const tokenSchema: SchemaTable = {
  [tokenMessage]: {
    metadata: { n: 1, t: `${meta}.ObjectMeta`, optional: true, always: true },
    spec: { n: 2, t: messages.spec, optional: true, always: true },
    status: { n: 3, t: messages.status, optional: true },
  },
  [messages.spec]: {
    type: { n: 1, ...text, enum: ['User', 'Deploy'] },
    user: { n: 2, ...text },
    groups: { n: 3, ...texts },
    scope: { n: 4, t: messages.scope, optional: true, ptr: true },
    expirationSeconds: { n: 5, t: 'int64', optional: true, ptr: true },
  },
  [messages.scope]: {
    clusters: { n: 1, ...texts },
    namespaces: { n: 2, ...texts },
    verbs: { n: 3, ...texts },
  },
  [messages.status]: {
    id: { n: 1, ...text },
    token: { n: 2, ...text },
    expirationTimestamp: { n: 3, ...time },
    lastUsedTimestamp: { n: 4, ...time },
  },
};
