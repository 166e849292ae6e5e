import { clusterSeed } from '@berth/controllers';
import type { KindRegistry } from '@berth/kinds';
import type { Write } from '@berth/store';
import type { ApiDeps } from '../api-deps.ts';
import { lifecycleContext } from '../route/resource-request.ts';
import { creations } from './creations.ts';

/** What a new cluster begins with, as writes of its first transaction. */
export function clusterSeedWrites(
  kinds: KindRegistry,
  deps: Pick<ApiDeps, 'clusterCa' | 'now'>,
): readonly Write[] {
  return creations(kinds, clusterSeed(deps), lifecycleContext(deps));
}
