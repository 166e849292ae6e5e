import type { AllowedNetwork, Authorizer, KeyRing } from '@berth/auth';
import type { TokenSource } from '@berth/fairness';
import type { KindRegistry, ServiceNetwork } from '@berth/kinds';
import type { HintBus, Store } from '@berth/store';
import type { TenantDirectory } from '@berth/tenancy';
import type { Logger } from 'pino';
import type { FleetAuditPolicy } from './audit/audit-level.ts';
import type { AuditQueue } from './audit/audit-queue.ts';
import type { FairShareSettings } from './fair-share/fair-share-settings.ts';
import type { Outsiders } from './outsiders/outsiders.ts';

/** Everything the app reaches beyond the request. Tests pass their own clock, ids and store. */
export interface ApiDeps {
  readonly store: Store;
  /** Wakes node feeds; they poll as well. */
  readonly hints: Pick<HintBus, 'subscribe'>;
  readonly keys: KeyRing;
  /** All kinds, those of the fleet's own cluster included. */
  readonly kinds: KindRegistry;
  readonly log: Logger;
  readonly now: () => Date;
  /** A clock that never goes back, in milliseconds, for how long things are believed. Default `performance.now`. */
  readonly elapsedMs?: () => number;
  /** URL under which clients reach this server, without a trailing slash; the base of every cluster's token issuer. */
  readonly externalUrl: string;
  /** Earlier values of `externalUrl`: tokens that name them as their issuer are still good. Default: none. */
  readonly formerExternalUrls?: readonly string[];
  /** Networks beside public addresses at which the issuers of TrustedIssuers may be. Default: none. */
  readonly issuerNetworks?: readonly AllowedNetwork[];
  /** PEM of the CA that signed the server's certificate, for kubeconfigs and `kube-root-ca.crt`. */
  readonly clusterCa: string;
  /** Where all processes take the tenants' budgets of requests from. */
  /** Where clients within clusters reach this server. Default: the address of `externalUrl`, or the machine's first one. */
  readonly advertiseAddress?: string;
  /** Where Services have their addresses. Default: the loopback network's own. */
  readonly serviceNetwork?: ServiceNetwork;
  readonly tokenSource: TokenSource;
  readonly fairShare: FairShareSettings;
  /** What the audit log holds of every cluster. Default: every write and every refusal, without bodies. */
  readonly auditPolicy?: FleetAuditPolicy;
  /** Addresses and networks of proxies that are believed when they say for whom they forward. Default: none. */
  readonly trustedProxies?: readonly string[];
  readonly auditQueue: AuditQueue;
  /** Aborted when the server begins to close: watches and followed logs end then. */
  readonly closing: AbortSignal;
}

/** What the app makes of that for its handlers. */
export interface AppDeps extends ApiDeps {
  readonly authorizer: Authorizer;
  readonly tenants: TenantDirectory;
  readonly outsiders: Outsiders;
}
