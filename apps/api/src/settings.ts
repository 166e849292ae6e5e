import { type AllowedNetwork, type MasterKeySettings, parseNetworks } from '@berth/auth';
import { defaultServiceNetwork, type ServiceNetwork } from '@berth/kinds';
import { z } from 'zod';
import { defaultFairShare, type FairShareSettings } from './fair-share/fair-share-settings.ts';

const port = z.coerce.number().int().min(0).max(65_535);
const count = z.coerce.number().int().min(1);

/** The API server's settings, as they stand in the environment. */
const environment = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }),
  /** In front of every Redis key; instances that share a Redis differ in it. */
  BERTH_REDIS_PREFIX: z
    .string()
    .regex(/^[\w.-]+$/)
    .default('berth'),
  /** HTTPS, with HTTP/1.1 and HTTP/2; 0 takes a free port. */
  BERTH_PORT: port.default(6443),
  /** The address that HTTPS listens on. Default: all of them. */
  BERTH_HOST: z.string().min(1).optional(),
  /** Plain HTTP on loopback; 0 takes a free port, empty opens none. */
  BERTH_HTTP_PORT: z.union([z.literal('').transform(() => undefined), port]).default(8080),
  /** PEM files of the server's certificate and key, and of the CA that signed the certificate. */
  BERTH_TLS_CERT_FILE: z.string().min(1),
  BERTH_TLS_KEY_FILE: z.string().min(1),
  BERTH_CA_FILE: z.string().min(1),
  /** The master keys: 32 bytes in base64 each, the newest first. In the environment, in a file, or both. */
  BERTH_MASTER_KEY: z.string().optional(),
  BERTH_PREVIOUS_MASTER_KEYS: z.string().optional(),
  BERTH_MASTER_KEY_FILE: z.string().min(1).optional(),
  /** File with the fleet's audit policy: an audit.k8s.io/v1 Policy. Default: every write and every refusal, without bodies. */
  BERTH_AUDIT_POLICY_FILE: z.string().min(1).optional(),
  /** Proxies that are believed when they say for whom they forward: addresses and networks, comma-separated. */
  BERTH_TRUSTED_PROXIES: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean),
    ),
  /** URL under which clients reach this server. */
  BERTH_EXTERNAL_URL: z.url({ protocol: /^https?$/ }),
  /** Earlier external URLs, separated by commas: tokens that name them as their issuer stay good. */
  BERTH_FORMER_EXTERNAL_URLS: z
    .string()
    .default('')
    .transform((text) => text.split(',').filter((url) => url.trim() !== ''))
    .pipe(
      z.array(
        z
          .string()
          .trim()
          .pipe(z.url({ protocol: /^https?$/ })),
      ),
    ),
  /** Networks beside public addresses at which the issuers of TrustedIssuers may be: `10.0.0.0/8,127.0.0.1/32`. */
  BERTH_ISSUER_ALLOW_CIDRS: z.string().default('').transform(networks),
  /** How long the log can be read back: by watches, continue tokens and undo. */
  BERTH_LOG_RETENTION_SECONDS: z.coerce.number().int().min(60).default(3_600),
  /** What a tenant may do whose plan does not say: requests each second and at once, and what is under way. */
  BERTH_TENANT_REQUESTS_PER_SECOND: z.coerce.number().positive().default(defaultFairShare.requestsPerSecond),
  BERTH_TENANT_REQUEST_BURST: count.optional(),
  BERTH_TENANT_IN_FLIGHT: count.default(defaultFairShare.inFlight),
  BERTH_TENANT_WATCHES: z.coerce.number().int().min(0).default(defaultFairShare.watches),
  /** What one process serves at once, as kube-apiserver's flags of these names; they are added up. */
  BERTH_MAX_REQUESTS_INFLIGHT: count.default(400),
  BERTH_MAX_MUTATING_REQUESTS_INFLIGHT: count.default(200),
  /** The address of this server that clients within clusters use. Default: that of the external URL, or the machine's first one. */
  BERTH_ADVERTISE_ADDRESS: z.union([z.ipv4(), z.ipv6()]).optional(),
  /** Where Services have their addresses: one network, or one of each family, separated by commas. */
  BERTH_SERVICE_CIDRS: z
    .string()
    .default(defaultServiceNetwork.cidrs.join(','))
    .transform((text) => text.split(',').map((part) => part.trim()))
    .pipe(
      z
        .array(z.union([z.cidrv4(), z.cidrv6()]))
        .min(1)
        .max(2)
        .refine((cidrs) => new Set(cidrs.map((cidr) => cidr.includes(':'))).size === cidrs.length, {
          error: 'at most one network of each family',
        }),
    ),
  /** The ports of Services that every node offers: `<first>-<last>`. */
  BERTH_SERVICE_NODE_PORT_RANGE: z
    .string()
    .regex(/^\d+-\d+$/)
    .default(`${defaultServiceNetwork.nodePorts.first}-${defaultServiceNetwork.nodePorts.last}`)
    .transform((text) => {
      const [first = 0, last = 0] = text.split('-').map(Number);
      return { first, last };
    })
    .refine(({ first, last }) => first >= 1 && first <= last && last <= 65_535),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

export interface ApiSettings {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly redisKeyPrefix: string;
  readonly port: number;
  readonly host: string | undefined;
  readonly httpPort: number | undefined;
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly caFile: string;
  readonly masterKeys: MasterKeySettings;
  readonly externalUrl: string;
  readonly formerExternalUrls: readonly string[];
  readonly auditPolicyFile: string | undefined;
  readonly trustedProxies: readonly string[];
  readonly issuerNetworks: readonly AllowedNetwork[];
  readonly retentionMs: number;
  readonly fairShare: FairShareSettings;
  readonly advertiseAddress: string | undefined;
  readonly serviceNetwork: ServiceNetwork;
  readonly logLevel: string;
}

/** Reads the settings. @throws z.ZodError */
export function readSettings(variables: NodeJS.ProcessEnv): ApiSettings {
  const read = environment.parse(variables);
  return {
    databaseUrl: read.DATABASE_URL,
    redisUrl: read.REDIS_URL,
    redisKeyPrefix: read.BERTH_REDIS_PREFIX,
    port: read.BERTH_PORT,
    host: read.BERTH_HOST,
    httpPort: read.BERTH_HTTP_PORT,
    certificateFile: read.BERTH_TLS_CERT_FILE,
    keyFile: read.BERTH_TLS_KEY_FILE,
    caFile: read.BERTH_CA_FILE,
    masterKeys: {
      key: read.BERTH_MASTER_KEY,
      previousKeys: read.BERTH_PREVIOUS_MASTER_KEYS,
      file: read.BERTH_MASTER_KEY_FILE,
    },
    externalUrl: read.BERTH_EXTERNAL_URL.replace(/\/$/, ''),
    formerExternalUrls: read.BERTH_FORMER_EXTERNAL_URLS,
    auditPolicyFile: read.BERTH_AUDIT_POLICY_FILE,
    trustedProxies: read.BERTH_TRUSTED_PROXIES,
    issuerNetworks: read.BERTH_ISSUER_ALLOW_CIDRS,
    retentionMs: read.BERTH_LOG_RETENTION_SECONDS * 1_000,
    fairShare: {
      requestsPerSecond: read.BERTH_TENANT_REQUESTS_PER_SECOND,
      requestBurst: read.BERTH_TENANT_REQUEST_BURST ?? Math.ceil(read.BERTH_TENANT_REQUESTS_PER_SECOND),
      inFlight: read.BERTH_TENANT_IN_FLIGHT,
      watches: read.BERTH_TENANT_WATCHES,
      processSeats: read.BERTH_MAX_REQUESTS_INFLIGHT + read.BERTH_MAX_MUTATING_REQUESTS_INFLIGHT,
    },
    advertiseAddress: read.BERTH_ADVERTISE_ADDRESS,
    serviceNetwork: { cidrs: read.BERTH_SERVICE_CIDRS, nodePorts: read.BERTH_SERVICE_NODE_PORT_RANGE },
    logLevel: read.LOG_LEVEL,
  };
}

function networks(text: string, context: z.RefinementCtx): readonly AllowedNetwork[] {
  try {
    return parseNetworks(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
    return z.NEVER;
  }
}
