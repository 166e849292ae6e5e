import {
  duplicate,
  type FieldError,
  type FieldPath,
  invalid,
  type KubeObject,
  path,
  required,
  StatusError,
  tooMany,
} from '@berth/machinery';
import { ageColumn, nameColumn, textColumn, wideColumn } from '../columns/object-columns.ts';
import type { KindDefinition, KindStrategy } from '../kind-definition.ts';
import { beforeCreate } from '../lifecycle/before-create.ts';
import type { LifecycleContext } from '../lifecycle/mutation.ts';
import type { KindRegistry } from '../registry/kind-registry.ts';
import { objectVerbs } from '../strategy/object-verbs.ts';
import { noErrors, unchanged } from '../strategy/unchanged.ts';
import { clusterTemplateMessage, clusterTemplateSchema } from './cluster-template-schema.ts';
import { platformVersion } from './schema-parts.ts';
import { decodeTemplateObject } from './template-objects.ts';

/** All of them are written in the transaction that makes a cluster. */
const maxObjects = 200;

/** Objects that each new cluster begins with which names the template. */
export interface ClusterTemplate extends KubeObject {
  spec?: {
    /** What clusters of it are for. */
    description?: string;
    /** Complete manifests, in the order in which they are created. */
    objects?: KubeObject[];
  };
}

/**
 * The kind of a {@link ClusterTemplate}.
 *
 * @param kinds what the clusters serve that are made of it: an object that none of them takes is refused
 */
export function clusterTemplateKind(kinds: KindRegistry): KindDefinition {
  const validate = (object: KubeObject) => validateTemplate(kinds, object);
  return {
    ...clusterTemplate,
    strategy: { ...strategy, validateCreate: validate, validateUpdate: validate },
  };
}

const strategy: KindStrategy = {
  applyDefaults: unchanged,
  prepareForCreate: unchanged,
  prepareForUpdate: unchanged,
  validateCreate: noErrors,
  validateUpdate: noErrors,
};

const clusterTemplate: KindDefinition = {
  kind: 'ClusterTemplate',
  listKind: 'ClusterTemplateList',
  plural: 'clustertemplates',
  singular: 'clustertemplate',
  shortNames: [],
  categories: ['berth'],
  scope: 'Namespaced',
  versions: [{ ...platformVersion, message: clusterTemplateMessage }],
  verbs: objectVerbs,
  subresources: [],
  columns: [
    nameColumn,
    textColumn({
      name: 'Objects',
      description: 'Objects that a cluster of it begins with.',
      cell: (object) => String(objectsOf(object).length),
    }),
    wideColumn({
      name: 'Description',
      description: 'What clusters of it are for.',
      cell: (object: ClusterTemplate) => object.spec?.description ?? '',
    }),
    ageColumn,
  ],
  strategy,
  selectableFields: {},
  hasGeneration: true,
  // Its objects may be Secrets.
  encryptedAtRest: true,
  systemOnly: true,
  schema: clusterTemplateSchema,
};

function validateTemplate(kinds: KindRegistry, object: KubeObject): readonly FieldError[] {
  const at = path('spec', 'objects');
  const objects = objectsOf(object);
  if (objects.length > maxObjects) return [tooMany(at, objects.length, maxObjects)];
  const seen = new Set<string>();
  return objects.flatMap((member, index) => {
    const errors = validateMember(member, at.index(index));
    if (errors.length === 0) errors.push(...validateCreation(kinds, member, at.index(index)));
    const key = identityOf(member);
    if (seen.has(key)) errors.push(duplicate(at.index(index), key));
    seen.add(key);
    return errors;
  });
}

function validateMember(member: Partial<KubeObject> | null, at: FieldPath): FieldError[] {
  const { apiVersion, kind, metadata } = member ?? {};
  const errors: FieldError[] = [];
  if (!isText(apiVersion)) errors.push(required(at.child('apiVersion')));
  if (!isText(kind)) errors.push(required(at.child('kind')));
  if (!isText(metadata?.name)) {
    errors.push(required(at.child('metadata', 'name'), 'an object of a template needs a name of its own'));
  }
  if (metadata?.namespace !== undefined && !isText(metadata.namespace)) {
    errors.push(invalid(at.child('metadata', 'namespace'), metadata.namespace, 'must be a string'));
  }
  return errors;
}

/** What a request that creates it in a new cluster would be refused for, as far as it does not depend on other objects. */
function validateCreation(kinds: KindRegistry, member: KubeObject, at: FieldPath): FieldError[] {
  try {
    const object = decodeTemplateObject(kinds, member, 'Strict');
    const served = kinds.byGroupVersionKind(object.apiVersion, object.kind);
    if (served) beforeCreate(served.definition, object, trial);
    return [];
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return [invalid(at, identityOf(member), error.message)];
  }
}

/** Only whether it passes counts. */
const trial: LifecycleContext = {
  now: new Date(0),
  newUid: () => '00000000-0000-0000-0000-000000000000',
  newNameSuffix: () => 'aaaaa',
  policies: () => [],
};

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function identityOf(member: Partial<KubeObject> | null): string {
  const { apiVersion, kind, metadata } = member ?? {};
  return [apiVersion, kind, metadata?.namespace ?? '', metadata?.name].join(' ');
}

function objectsOf({ spec }: ClusterTemplate): readonly KubeObject[] {
  return spec?.objects ?? [];
}
