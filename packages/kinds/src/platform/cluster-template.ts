import {
  duplicate,
  type FieldError,
  type FieldPath,
  invalid,
  type KubeObject,
  path,
  required,
  tooMany,
} from '@berth/machinery';
import { ageColumn, nameColumn, textColumn, wideColumn } from '../columns/object-columns.ts';
import type { KindDefinition } from '../kind-definition.ts';
import { objectVerbs } from '../strategy/object-verbs.ts';
import { unchanged } from '../strategy/unchanged.ts';
import { clusterTemplateMessage, clusterTemplateSchema } from './cluster-template-schema.ts';
import { platformVersion } from './schema-parts.ts';

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

/** The kind of a {@link ClusterTemplate}. */
export const clusterTemplate: KindDefinition = {
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
  strategy: {
    applyDefaults: unchanged,
    prepareForCreate: unchanged,
    prepareForUpdate: unchanged,
    validateCreate: validate,
    validateUpdate: validate,
  },
  selectableFields: {},
  hasGeneration: true,
  // Its objects may be Secrets.
  encryptedAtRest: true,
  systemOnly: true,
  schema: clusterTemplateSchema,
};

function validate(object: KubeObject): readonly FieldError[] {
  const at = path('spec', 'objects');
  const objects = objectsOf(object);
  if (objects.length > maxObjects) return [tooMany(at, objects.length, maxObjects)];
  const seen = new Set<string>();
  return objects.flatMap((member, index) => {
    const errors = validateMember(member, at.index(index));
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
