import { clusterSeed } from '@berth/controllers';
import { beforeCreate, type KindRegistry, type LifecycleContext, writeAttributes } from '@berth/kinds';
import { encodeStoredBody, type KubeObject } from '@berth/machinery';
import type { Write } from '@berth/store';
import type { ApiDeps } from '../api-deps.ts';
import { lifecycleContext } from '../route/resource-request.ts';

/** What a new cluster begins with, as writes of its first transaction. */
export function clusterSeedWrites(
  kinds: KindRegistry,
  deps: Pick<ApiDeps, 'clusterCa' | 'now'>,
): readonly Write[] {
  const context = lifecycleContext(deps);
  return clusterSeed(deps).map((object) => seedWrite(kinds, object, context));
}

function seedWrite(kinds: KindRegistry, seeded: KubeObject, context: LifecycleContext): Write {
  const served = kinds.byGroupVersionKind(seeded.apiVersion, seeded.kind);
  if (served === undefined) throw new Error(`no cluster serves ${seeded.apiVersion} ${seeded.kind}`);
  const { object } = beforeCreate(served.definition, seeded, context);
  return { op: 'create', ...writeAttributes(served.definition, object), body: encodeStoredBody(object) };
}
