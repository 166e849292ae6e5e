import { type AllowedNetwork, fetchIssuerKeys, IssuerError, systemClusterId } from '@berth/auth';
import { beforeUpdateStatus, type KindRegistry, type TrustedIssuer, writeAttributes } from '@berth/kinds';
import { encodeStoredBody, type KubeObject } from '@berth/machinery';
import type { Store } from '@berth/store';
import type { Logger } from 'pino';
import { viewReplica } from '../turn/replica-view.ts';
import { checkedStatus, type CheckOutcome, issuersToCheck } from './issuer-checks.ts';

const resource = 'trustedissuers.platform.berth.dev';

export interface IssuerChecking {
  readonly store: Store;
  /** The system cluster's kinds. */
  readonly registry: KindRegistry;
  /** Networks beside public addresses at which issuers may be. */
  readonly issuerNetworks: readonly AllowedNetwork[];
  readonly log: Logger;
  readonly now: () => Date;
}

/** Tells in the status of TrustedIssuers whether their issuers' keys can be had. */
export interface IssuerCheck {
  /** Asks the issuers that are due. Safe beside other checks of the fleet. */
  look(): Promise<void>;
}

/**
 * API servers fetch an issuer's keys when a token of it comes; what they meet there nobody sees who sets one up. So the
 * worker asks by itself, in the same guarded way, and says what it found.
 */
export function issuerCheck({ store, registry, issuerNetworks, log, now }: IssuerChecking): IssuerCheck {
  const cluster = store.cluster(systemClusterId);
  let askedAt = new Map<string, Date>();

  const ask = async ({ spec }: TrustedIssuer): Promise<CheckOutcome> => {
    const { issuer, certificateAuthority } = spec;
    try {
      const address = { issuer, ...(certificateAuthority && { certificateAuthority }) };
      const { jwks } = await fetchIssuerKeys(address, { allowed: issuerNetworks });
      return { keys: jwks.keys.length };
    } catch (error) {
      if (error instanceof IssuerError) return { error };
      throw error;
    }
  };
  const check = async (issuer: TrustedIssuer): Promise<void> => {
    askedAt.set(versionOf(issuer), now());
    const outcome = await ask(issuer);
    const definition = registry.byResource(resource);
    if (!definition) return;
    const desired: KubeObject = { ...issuer, status: checkedStatus(issuer, outcome, now()) };
    const { effect, object } = beforeUpdateStatus(definition, issuer, desired);
    if (effect === 'unchanged') return;
    const { within: _within, ...attributes } = writeAttributes(definition, object);
    const written = await cluster.write({
      op: effect === 'remove' ? 'delete' : 'update',
      ...attributes,
      body: encodeStoredBody(object),
      expected: { revision: Number(issuer.metadata.resourceVersion), uid: attributes.uid },
    });
    if (written.status !== 'applied') {
      log.debug({ issuer: attributes.name, outcome: written }, 'a TrustedIssuer changed meanwhile');
    }
  };

  return {
    async look() {
      const view = viewReplica(await cluster.replica(), registry);
      // Objects of a resource are of its kind.
      const issuers = view.list(resource) as readonly TrustedIssuer[];
      const versions = new Set(issuers.map(versionOf));
      askedAt = new Map([...askedAt].filter(([version]) => versions.has(version)));
      const due = issuersToCheck(issuers, (issuer) => askedAt.get(versionOf(issuer)), now());
      await Promise.all(due.map(check));
    },
  };
}

/** Changes with the spec, not with the status that is written here. */
function versionOf({ metadata }: TrustedIssuer): string {
  return `${metadata.uid}@${metadata.generation}`;
}
