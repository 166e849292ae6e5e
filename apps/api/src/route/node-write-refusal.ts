import { localDirectoryFinalizer, type Node } from '@berth/kinds';
import { goQuote, type KubeObject, type ObjectMeta, semanticEqual } from '@berth/machinery';

/** A write of a node to an object that it may write in general. */
export interface NodeWrite {
  readonly resource: string;
  readonly subresource: string;
  readonly next: KubeObject;
  /** Absent for a create. */
  readonly current?: KubeObject;
}

/** Labels that a node may set on itself although they are Kubernetes' own. */
const ownLabels: ReadonlySet<string> = new Set([
  'kubernetes.io/hostname',
  'kubernetes.io/arch',
  'kubernetes.io/os',
  'beta.kubernetes.io/arch',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/instance-type',
  'node.kubernetes.io/instance-type',
  'failure-domain.beta.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone',
]);
const ownNamespaces = ['kubelet.kubernetes.io', 'node.kubernetes.io'];
const reservedNamespaces = ['kubernetes.io', 'k8s.io'];
/** By which pods are kept from nodes: the administrators' to set. The second says which pool of the fleet a node is in. */
const forbiddenNamespaces = ['node-restriction.kubernetes.io', 'platform.berth.dev'];

/**
 * Why a node may not write this, in upstream's words; undefined if it may.
 * https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction
 */
export function nodeWriteRefusal(node: string, write: NodeWrite): string | undefined {
  if (write.resource === 'nodes') return ofNode(node, write);
  if (write.resource === 'persistentvolumes') return ofVolume(node, write);
  const isStatusOfPod = write.resource === 'pods' && write.subresource === 'status';
  if (!isStatusOfPod || semanticEqual(labelsOf(write.next), labelsOf(write.current))) return undefined;
  return `node ${goQuote(node)} cannot update labels through pod status`;
}

/** The node says that it has removed the directory, and nothing else. */
function ofVolume(node: string, { next, current }: NodeWrite): string | undefined {
  const left = (current?.metadata.finalizers ?? []).filter((name) => name !== localDirectoryFinalizer);
  const { finalizers, ...metadata } = next.metadata;
  const { finalizers: _finalizers, ...before } = current?.metadata ?? {};
  const isSame =
    semanticEqual({ ...next, metadata: owned(metadata) }, { ...current, metadata: owned(before) }) &&
    semanticEqual(finalizers ?? [], left);
  return isSame ? undefined : `node ${goQuote(node)} can only take its own finalizer off a volume`;
}

/** Who owns which field is kept account of by the server. */
function owned({ managedFields: _managedFields, ...metadata }: Partial<ObjectMeta>): Partial<ObjectMeta> {
  return metadata;
}

function ofNode(name: string, { subresource, next, current }: NodeWrite): string | undefined {
  const quoted = goQuote(name);
  const changed = changedLabels(labelsOf(next), labelsOf(current)).filter(isForbiddenLabel).sort();
  if (current === undefined) {
    if (changed.length > 0)
      return `node ${quoted} is not allowed to set the following labels: ${changed.join(', ')}`;
    return undefined;
  }
  // The status takes nothing over of the spec.
  if (subresource === '' && !semanticEqual(taintsOf(next), taintsOf(current))) {
    return `node ${quoted} is not allowed to modify taints`;
  }
  if (!semanticEqual(next.metadata.ownerReferences, current.metadata.ownerReferences)) {
    return `node ${quoted} is not allowed to modify ownerReferences`;
  }
  return changed.length > 0
    ? `node ${quoted} is not allowed to modify labels: ${changed.join(', ')}`
    : undefined;
}

function taintsOf({ spec }: Node): unknown {
  return spec?.taints;
}

function isForbiddenLabel(label: string): boolean {
  const [namespace = '', name] = label.split('/');
  if (name === undefined) return false;
  if (isWithin(namespace, forbiddenNamespaces)) return true;
  if (ownLabels.has(label) || isWithin(namespace, ownNamespaces)) return false;
  return isWithin(namespace, reservedNamespaces);
}

function isWithin(namespace: string, parents: readonly string[]): boolean {
  return parents.some((parent) => namespace === parent || namespace.endsWith(`.${parent}`));
}

function changedLabels(
  next: Readonly<Record<string, string>>,
  current: Readonly<Record<string, string>>,
): string[] {
  return [...new Set([...Object.keys(next), ...Object.keys(current)])].filter(
    (label) => next[label] !== current[label],
  );
}

function labelsOf(object: KubeObject | undefined): Readonly<Record<string, string>> {
  return object?.metadata.labels ?? {};
}
