import type { Token } from '@berth/kinds';
import type { Action, Reconciler } from '../reconciler.ts';
import { keyOf } from '../turn/base-view.ts';

const tokensResource = 'tokens.access.berth.dev';
/** For how long a list still shows that a token has ended. */
const keptForMs = 24 * 60 * 60_000;

/** Deletes Tokens a day after they ended. */
export const tokenExpiry: Reconciler = {
  name: 'token-expiry',
  keysOf: ({ resource, before, after }) =>
    resource === tokensResource && !before && after ? [keyOf(resource, after)] : [],
  reconcile: (key, view, { now }): readonly Action[] => {
    const token = view.get<Token>(key);
    if (!token || token.metadata.deletionTimestamp) return [];
    const endsAt = Date.parse(token.status?.expirationTimestamp ?? '');
    // Without an end there is nothing to wait for.
    if (Number.isNaN(endsAt)) return [];
    const goesAt = endsAt + keptForMs;
    if (goesAt > now.getTime()) return [{ type: 'wakeAt', at: new Date(goesAt) }];
    return [{ type: 'delete', key, uid: token.metadata.uid ?? '' }];
  },
};
