import { eventually } from '../support/eventually.ts';
import { type Kube, type KubeJson, RefusedError, type Target } from './kube.ts';

const deadlineMs = 60_000;

/** What is awaited, and for how long. Default: a minute. */
export interface AwaitedTarget extends Target {
  readonly withinMs?: number;
}

/** Asks until the object is as wanted. @throws with its last state when it never is */
export async function until(
  kube: Kube,
  { withinMs = deadlineMs, ...target }: AwaitedTarget,
  isWanted: (object: KubeJson) => boolean,
): Promise<KubeJson> {
  return eventually(
    `${target.resource}/${target.name} is as wanted`,
    async () => {
      const object = await kube.get(target);
      if (isWanted(object)) return object;
      throw new Error(`${target.resource}/${target.name} is not as wanted: ${JSON.stringify(object)}`);
    },
    withinMs,
  );
}

/** Asks until the collection is as wanted. @throws with the names and phases of what there is when it never is */
export async function untilList(
  kube: Kube,
  { withinMs = deadlineMs, ...target }: AwaitedTarget,
  isWanted: (items: readonly KubeJson[]) => boolean,
): Promise<readonly KubeJson[]> {
  return eventually(
    `${target.resource} are as wanted`,
    async () => {
      const items = await kube.list(target);
      if (isWanted(items)) return items;
      throw new Error(`the ${target.resource} are not as wanted: ${JSON.stringify(items.map(outline))}`);
    },
    withinMs,
  );
}

export async function untilGone(
  kube: Kube,
  { withinMs = deadlineMs, ...target }: AwaitedTarget,
): Promise<void> {
  await eventually(
    `${target.resource}/${target.name} is gone`,
    async () => {
      try {
        await kube.get(target);
        return false;
      } catch (error) {
        return error instanceof RefusedError && error.code === 404;
      }
    },
    withinMs,
  );
}

/** What the server refuses. @throws when it does not */
export async function refusal(request: Promise<unknown>): Promise<RefusedError> {
  try {
    await request;
  } catch (error) {
    if (error instanceof RefusedError) return error;
    throw error;
  }
  throw new Error('the server took what it has to refuse');
}

/** Changes an object, again and again until nobody else did in between. */
export function change(kube: Kube, target: Target, edit: (object: KubeJson) => void): Promise<KubeJson> {
  return untilUndisturbed(target, async () => {
    const object = await kube.get(target);
    edit(object);
    return kube.replace(target, object);
  });
}

/** Patches an object as it is, again and again until nobody else changed it in between. */
export function patchNewest(kube: Kube, target: Target, patch: Record<string, unknown>): Promise<KubeJson> {
  return untilUndisturbed(target, async () => {
    const { resourceVersion } = (await kube.get(target)).metadata;
    return kube.patch(target, { metadata: { resourceVersion }, ...patch });
  });
}

function untilUndisturbed(target: Target, attempt: () => Promise<KubeJson>): Promise<KubeJson> {
  return eventually(`${target.resource}/${target.name} can be changed`, async () => {
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof RefusedError && error.code === 409) return undefined;
      throw error;
    }
  });
}

export const isRunning = (pod: KubeJson): boolean => pod.status?.phase === 'Running';

export const isReady = (pod: KubeJson): boolean =>
  pod.status?.conditions?.some(
    (condition: KubeJson) => condition.type === 'Ready' && condition.status === 'True',
  ) === true;

/** Of pods: not on their way out. */
export const isActive = (pod: KubeJson): boolean =>
  pod.metadata.deletionTimestamp === undefined &&
  pod.status?.phase !== 'Succeeded' &&
  pod.status?.phase !== 'Failed';

function outline(item: KubeJson): object {
  const { name, deletionTimestamp, ownerReferences } = item.metadata;
  return { name, deletionTimestamp, ownerReferences, phase: item.status?.phase, node: item.spec?.nodeName };
}
