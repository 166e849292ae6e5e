import {
  continueExpiredError,
  decodeContinueToken,
  encodeContinueToken,
  badRequestError,
  listExpiredError,
} from '@berth/machinery';
import {
  CompactedError,
  type ListPage,
  type ListPosition,
  type ListQuery,
  type StoredObject,
} from '@berth/store';
import type { Pace } from '@berth/fairness';
import type { ListOptions } from '../request/list-options.ts';
import type { ResourceScope } from '../route/resource-scope.ts';
import { requireReached } from '../verbs/get.ts';
import { glimpse } from './parsed-object.ts';
import { isSelected, selectsAll } from './selection.ts';

/** The objects that a list request asks for, and `metadata` of the list that holds them. */
export interface SelectedPage {
  readonly items: readonly StoredObject[];
  readonly revision: number;
  readonly continueToken?: string;
  readonly remainingItemCount?: number;
}

/**
 * Reads one page of a list, at one revision, with continue tokens as Kubernetes makes them.
 *
 * @param pace of looking into objects, where a selector asks for that
 * @throws StatusError
 */
export async function listPage(
  scope: ResourceScope,
  options: ListOptions,
  pace: Pace,
): Promise<SelectedPage> {
  const start = await startOf(scope, options);
  try {
    return await selectPage(scope, options, { start, pace });
  } catch (error) {
    if (!(error instanceof CompactedError)) throw error;
    if (start.after === undefined) throw listExpiredError();
    throw continueExpiredError(encodeContinueToken({ revision: -1, ...start.after }));
  }
}

/** Where a list begins: the newest state's beginning, a past revision's, or behind an object. */
type Start = Pick<ListQuery, 'revision' | 'after'>;

async function startOf(scope: ResourceScope, options: ListOptions): Promise<Start> {
  const { continueToken, resourceVersion, limit } = options;
  if (continueToken !== '') {
    if (resourceVersion !== undefined && resourceVersion !== 0) {
      throw badRequestError('specifying resource version is not allowed when using continue');
    }
    const { revision, namespace, name } = decodeContinueToken(continueToken);
    const after: ListPosition = positionOf(scope, namespace, name);
    return revision > 0 ? { revision, after } : { after };
  }
  if (resourceVersion === undefined || resourceVersion === 0) return {};
  await requireReached(scope, resourceVersion);
  // Without a match, upstream takes a limited list to be of exactly that version.
  const isExact = options.match === 'Exact' || (options.match === undefined && limit > 0);
  return isExact ? { revision: resourceVersion } : {};
}

/** Tokens of a list within one namespace need not name it. */
function positionOf(scope: ResourceScope, namespace: string, name: string): ListPosition {
  return { namespace: namespace === '' ? scope.namespace : namespace, name };
}

async function selectPage(
  scope: ResourceScope,
  options: ListOptions,
  { start, pace }: { readonly start: Start; readonly pace: Pace },
): Promise<SelectedPage> {
  const { limit } = options;
  const query = {
    resource: scope.resource,
    ...(scope.namespace !== '' && { namespace: scope.namespace }),
    ...(limit > 0 && { limit }),
  };
  let page = await scope.home.list({ ...query, ...start });
  if (selectsAll(options)) return pageOf(page, page.items, page.remaining);
  const items: StoredObject[] = [];
  for (;;) {
    pace.restart();
    for (const item of page.items) {
      if (pace.isDue()) await pace.turn();
      if (!isSelected(scope.definition, options, glimpse(scope, item))) continue;
      items.push(item);
      const isFull = items.length === limit;
      const isLast = page.remaining === 0 && item === page.items.at(-1);
      // Selected objects are found one by one, so how many are left is not known: upstream does not say either.
      if (isFull) return pageOf(page, items, isLast ? 0 : undefined);
    }
    const last = page.items.at(-1);
    if (page.remaining === 0 || last === undefined) return pageOf(page, items, 0);
    page = await scope.home.list({ ...query, revision: page.revision, after: last });
  }
}

/** @param remaining objects behind the page; undefined if there may be some, uncounted */
function pageOf(page: ListPage, items: readonly StoredObject[], remaining: number | undefined): SelectedPage {
  const last = items.at(-1);
  if (remaining === 0 || last === undefined) return { items, revision: page.revision };
  const { namespace, name } = last;
  return {
    items,
    revision: page.revision,
    continueToken: encodeContinueToken({ revision: page.revision, namespace, name }),
    ...(remaining !== undefined && { remainingItemCount: remaining }),
  };
}
