import {
  checkQualifiedName,
  type FieldError,
  type FieldPath,
  foregroundFinalizer,
  invalid,
  type KubeObject,
  nameIsDnsLabel,
  orphanFinalizer,
  path,
} from '@berth/machinery';
import { ageColumn, nameColumn, textColumn } from '../columns/object-columns.ts';
import type { Namespace } from '../generated/api-types.ts';
import type { KindDefinition, Verb } from '../kind-definition.ts';
import { withMetadata } from '../lifecycle/metadata.ts';
import { objectVerbs, statusSubresource } from '../strategy/object-verbs.ts';
import { keepAllButStatus, keepStatus } from '../strategy/status-strategy.ts';
import { noErrors } from '../strategy/unchanged.ts';

/** Holds a namespace back until everything in it is gone. */
const namespaceFinalizer = 'kubernetes';
const nameLabel = 'kubernetes.io/metadata.name';
const undeletable: ReadonlySet<string> = new Set(['default', 'kube-system', 'kube-public']);
const verbs: readonly Verb[] = objectVerbs.filter((verb) => verb !== 'deletecollection');

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/ */
export const namespace: KindDefinition = {
  kind: 'Namespace',
  listKind: 'NamespaceList',
  plural: 'namespaces',
  singular: 'namespace',
  shortNames: ['ns'],
  categories: [],
  scope: 'Cluster',
  versions: [{ group: '', version: 'v1', message: 'k8s.io.api.core.v1.Namespace' }],
  verbs,
  subresources: [{ name: 'finalize', verbs: ['update'] }, statusSubresource],
  columns: [
    nameColumn,
    textColumn({ name: 'Status', description: 'The status of the namespace', cell: phaseOf }),
    ageColumn,
  ],
  nameRule: nameIsDnsLabel,
  strategy: {
    applyDefaults,
    prepareForCreate,
    prepareForUpdate: (next, current) => withFinalizers(keepStatus(next, current), finalizersOf(current)),
    validateCreate: validateFinalizers,
    validateUpdate: noErrors,
    status: { prepareForUpdate: keepAllButStatus, validateUpdate: validatePhase },
    subresources: {
      finalize: { prepareForUpdate: keepStatus, validateUpdate: validateFinalizers },
    },
    forbidsDelete: ({ metadata }) =>
      undeletable.has(metadata.name) ? 'this namespace may not be deleted' : undefined,
    ownFinalizers: finalizersOf,
    markTerminating,
  },
  selectableFields: { 'status.phase': phaseOf, name: ({ metadata }) => metadata.name },
  hasGeneration: false,
};

/** So that namespaces can be selected by name wherever only labels can be selected by. */
function applyDefaults(object: KubeObject): KubeObject {
  const { labels, name } = object.metadata;
  return name ? withMetadata(object, { labels: { ...labels, [nameLabel]: name } }) : object;
}

function prepareForCreate(object: KubeObject): KubeObject {
  const finalizers = finalizersOf(object);
  const kept = finalizers.includes(namespaceFinalizer) ? finalizers : [...finalizers, namespaceFinalizer];
  return { ...withFinalizers(object, kept), status: { phase: 'Active' } };
}

/** Unlike other kinds' objects, a terminating namespace has no grace. */
function markTerminating(object: KubeObject): KubeObject {
  const terminating = withMetadata(object, { deletionGracePeriodSeconds: undefined });
  return { ...terminating, status: { ...object.status, phase: 'Terminating' } };
}

function validatePhase(next: KubeObject): readonly FieldError[] {
  const phase = phaseOf(next);
  const [expected, when] =
    next.metadata.deletionTimestamp === undefined ? ['Active', 'empty'] : ['Terminating', 'not empty'];
  if (phase === expected) return [];
  const detail = `may only be '${expected}' if \`deletionTimestamp\` is ${when}`;
  return [invalid(path('status', 'Phase'), phase, detail)];
}

function validateFinalizers(object: KubeObject): readonly FieldError[] {
  const at = path('spec', 'finalizers');
  return finalizersOf(object).flatMap((name) => validateFinalizer(name, at));
}

function validateFinalizer(name: string, at: FieldPath): FieldError[] {
  const errors = checkQualifiedName(name).map((problem) => invalid(at, name, problem));
  if (!name.includes('/') && !standardFinalizers.has(name)) {
    const detail = 'name is neither a standard finalizer name nor is it fully qualified';
    errors.push(invalid(at, name, detail));
  }
  return errors;
}

const standardFinalizers: ReadonlySet<string> = new Set([
  namespaceFinalizer,
  orphanFinalizer,
  foregroundFinalizer,
]);

function withFinalizers(object: KubeObject, finalizers: readonly string[]): KubeObject {
  const { finalizers: _finalizers, ...spec } = namespaceOf(object).spec ?? {};
  return { ...object, spec: finalizers.length > 0 ? { ...spec, finalizers: [...finalizers] } : spec };
}

function finalizersOf(object: KubeObject): readonly string[] {
  return namespaceOf(object).spec?.finalizers ?? [];
}

function phaseOf(object: KubeObject): string {
  return namespaceOf(object).status?.phase ?? '';
}

function namespaceOf(object: KubeObject): Namespace {
  return object;
}
