import {
  checkDns1123Label,
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  type KubeObject,
  notSupported,
  path,
  required,
  semanticEqual,
  toTime,
} from '@berth/machinery';
import { ageColumn, nameColumn, textColumn, wideColumn } from '../columns/object-columns.ts';
import type { KindDefinition } from '../kind-definition.ts';
import { objectVerbs } from '../strategy/object-verbs.ts';
import { keepStatus } from '../strategy/status-strategy.ts';
import { tokenMessage, tokenSchema } from './token-schema.ts';

const types = ['User', 'Deploy'] as const;

/** `User`: a person's own. `Deploy`: for a pipeline; it is good in the namespaces or clusters that its scope names. */
export type TokenType = (typeof types)[number];

export interface TokenSpec {
  /** Default `User`. */
  type?: TokenType;
  /** Whose requests the token makes. Default: whoever creates it. */
  user?: string;
  /** Default (and of an empty list): the groups of whoever creates it, where `user` is that one, too; otherwise none. */
  groups?: string[];
  /** What the token is good for at most. Default: all that its user may do. An empty list restricts nothing. */
  scope?: { clusters?: string[]; namespaces?: string[]; verbs?: string[] };
  /** Default 30 days, at most 365. */
  expirationSeconds?: number;
}

/** A bearer token of one cluster. It is good as long as this object exists; the token itself is in no object. */
export interface Token extends KubeObject {
  spec: TokenSpec;
  status?: {
    /** `jti` of the token. */
    id?: string;
    /** The token itself; only in the answer to the request that creates it. */
    token?: string;
    expirationTimestamp?: string;
    /** To the minute. */
    lastUsedTimestamp?: string;
  };
}

const defaultSeconds = 30 * 24 * 3600;
const leastSeconds = 600;
const mostSeconds = 365 * 24 * 3600;

/** The kind of a {@link Token}. */
export const token: KindDefinition = {
  kind: 'Token',
  listKind: 'TokenList',
  plural: 'tokens',
  singular: 'token',
  shortNames: [],
  categories: ['berth'],
  scope: 'Cluster',
  versions: [{ group: 'access.berth.dev', version: 'v1', message: tokenMessage }],
  verbs: objectVerbs,
  subresources: [],
  columns: [
    nameColumn,
    textColumn({ name: 'Type', description: 'User or Deploy.', cell: (object) => specOf(object).type ?? '' }),
    textColumn({
      name: 'User',
      description: 'Whose requests the token makes.',
      cell: (object) => specOf(object).user ?? '',
    }),
    textColumn({
      name: 'Expires',
      description: 'When the token ends.',
      cell: (object) => statusOf(object).expirationTimestamp ?? '',
    }),
    textColumn({
      name: 'Last Used',
      description: 'When the token was last used, to the minute.',
      cell: (object) => statusOf(object).lastUsedTimestamp ?? '<never>',
    }),
    wideColumn({ name: 'Id', description: "The token's id.", cell: (object) => statusOf(object).id ?? '' }),
    wideColumn({ name: 'Scope', description: 'What the token is good for at most.', cell: scopeText }),
    ageColumn,
  ],
  strategy: {
    applyDefaults,
    prepareForCreate: withOwnStatus,
    prepareForUpdate: keepStatus,
    validateCreate: validate,
    validateUpdate: (next, current) =>
      semanticEqual(next['spec'], current['spec'])
        ? []
        : [forbidden(path('spec'), 'a token that was handed out cannot change')],
  },
  selectableFields: {
    'spec.type': (object) => specOf(object).type ?? '',
    'spec.user': (object) => specOf(object).user ?? '',
    'status.id': (object) => statusOf(object).id ?? '',
  },
  holdsSecrets: true,
  hasGeneration: false,
  createdByPostAlone: true,
  withLastUse: (object, at) => ({
    ...object,
    status: { ...statusOf(object), lastUsedTimestamp: toTime(at) },
  }),
  schema: tokenSchema,
};

function applyDefaults(object: KubeObject): KubeObject {
  const { type, expirationSeconds, ...spec } = specOf(object);
  const defaults = { type: type || 'User', expirationSeconds: expirationSeconds ?? defaultSeconds };
  return { ...object, spec: { ...spec, ...defaults } };
}

/** The token's id is the object's: none of them can be taken for another's of the same name. */
function withOwnStatus(object: KubeObject): KubeObject {
  const { uid, creationTimestamp } = object.metadata;
  const { expirationSeconds = defaultSeconds } = specOf(object);
  const isBounded = expirationSeconds > 0 && expirationSeconds <= mostSeconds;
  const endsAt = new Date(Date.parse(creationTimestamp ?? '') + (isBounded ? expirationSeconds : 0) * 1000);
  return { ...object, status: { id: uid, expirationTimestamp: toTime(endsAt) } };
}

function validate(object: KubeObject): readonly FieldError[] {
  const { type = 'User', user = '', groups = [], expirationSeconds = defaultSeconds } = specOf(object);
  const at = path('spec');
  const errors: FieldError[] = [];
  if (!types.includes(type)) errors.push(notSupported(at.child('type'), type, types));
  if (user === '') errors.push(required(at.child('user')));
  if (user.startsWith('system:serviceaccount:')) {
    errors.push(
      invalid(
        at.child('user'),
        user,
        "must be no service account: ask for a token at the account's own `token`",
      ),
    );
  }
  groups.forEach((group, place) => {
    if (group === '') errors.push(required(at.child('groups').index(place)));
  });
  if (expirationSeconds < leastSeconds) {
    errors.push(
      invalid(
        at.child('expirationSeconds'),
        expirationSeconds,
        'may not specify a duration less than 10 minutes',
      ),
    );
  }
  if (expirationSeconds > mostSeconds) {
    errors.push(
      invalid(
        at.child('expirationSeconds'),
        expirationSeconds,
        'may not specify a duration larger than 365 days',
      ),
    );
  }
  return [...errors, ...validateScope(object, at.child('scope'))];
}

function validateScope(object: KubeObject, at: FieldPath): readonly FieldError[] {
  const { type, scope = {} } = specOf(object);
  const { clusters = [], namespaces = [], verbs: scopeVerbs = [] } = scope;
  const errors: FieldError[] = [];
  if (type === 'Deploy' && clusters.length + namespaces.length === 0) {
    errors.push(required(at, 'a Deploy token must name the namespaces or clusters that it is for'));
  }
  for (const [field, names] of Object.entries({ clusters, namespaces })) {
    names.forEach((name, place) => {
      for (const problem of checkDns1123Label(name)) {
        errors.push(invalid(at.child(field).index(place), name, problem));
      }
    });
  }
  scopeVerbs.forEach((verb, place) => {
    if (!/^(?:\*|[a-z]+)$/.test(verb)) {
      errors.push(invalid(at.child('verbs').index(place), verb, 'must be a verb such as get or list, or *'));
    }
  });
  return errors;
}

function scopeText(object: KubeObject): string {
  const { clusters, namespaces, verbs: scopeVerbs } = specOf(object).scope ?? {};
  const parts = [
    clusters && `clusters ${clusters.join(',')}`,
    namespaces && `namespaces ${namespaces.join(',')}`,
    scopeVerbs && `verbs ${scopeVerbs.join(',')}`,
  ].filter(Boolean);
  return parts.length > 0 ? parts.join('; ') : '<all>';
}

function specOf(object: KubeObject): TokenSpec {
  return (object as Token).spec ?? {};
}

function statusOf(object: KubeObject): NonNullable<Token['status']> {
  return (object as Token).status ?? {};
}
