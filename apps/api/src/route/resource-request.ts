import { assignmentRoom, defaultServiceNetwork, type LifecycleContext } from '@berth/kinds';
import { randomNameSuffix } from '../request/name-suffix.ts';
import type { ApiContext } from '../api-env.ts';
import type { ApiDeps, AppDeps } from '../api-deps.ts';
import type { ResourceScope } from './resource-scope.ts';

/** What a verb's handler gets: the HTTP exchange, the server's parts, and what the request is about. */
export interface ResourceRequest {
  readonly c: ApiContext;
  readonly deps: AppDeps;
  readonly scope: ResourceScope;
}

export type ResourceHandler = (request: ResourceRequest) => Promise<Response>;

/** Time, ids and randomness of one request, for the pure lifecycle. */
export function lifecycleContext({
  now,
  serviceNetwork,
}: Pick<ApiDeps, 'now' | 'serviceNetwork'>): LifecycleContext {
  return {
    now: now(),
    newUid: () => crypto.randomUUID(),
    newNameSuffix: randomNameSuffix,
    room: assignmentRoom(serviceNetwork ?? defaultServiceNetwork),
  };
}
