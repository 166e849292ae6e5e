/** Why a write would use too much. */
export type QuotaRefusal =
  | { readonly by: 'quota'; readonly quota: string; readonly exceeded: readonly ExceededLimit[] }
  | { readonly by: 'unspecified'; readonly quota: string; readonly missing: readonly MissingAmount[] }
  | { readonly by: 'plan'; readonly tenant: string; readonly exceeded: readonly ExceededLimit[] };

/** Quantities as Kubernetes writes them. */
export interface ExceededLimit {
  readonly resource: string;
  readonly requested: string;
  readonly used: string;
  readonly limited: string;
}

export interface MissingAmount {
  readonly resource: string;
  readonly containers: readonly string[];
}

/** The explanation of a `Forbidden` status, in upstream's words. */
export function describeQuotaRefusal(refusal: QuotaRefusal): string {
  switch (refusal.by) {
    case 'quota':
      return `exceeded quota: ${refusal.quota}, ${describeExceeded(refusal.exceeded)}`;
    case 'plan':
      return `exceeded plan limits of tenant "${refusal.tenant}", ${describeExceeded(refusal.exceeded)}`;
    case 'unspecified': {
      const missing = refusal.missing.map(
        ({ resource, containers }) => `${resource} for: ${containers.join(',')}`,
      );
      return `failed quota: ${refusal.quota}: must specify ${missing.join('; ')}`;
    }
    default:
      return refusal satisfies never;
  }
}

function describeExceeded(exceeded: readonly ExceededLimit[]): string {
  const list = (amount: 'requested' | 'used' | 'limited') =>
    exceeded.map((limit) => `${limit.resource}=${limit[amount]}`).join(',');
  return `requested: ${list('requested')}, used: ${list('used')}, limited: ${list('limited')}`;
}
