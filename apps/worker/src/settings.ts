import { type AllowedNetwork, type MasterKeySettings, parseNetworks } from '@berth/auth';
import { z } from 'zod';

/** The worker's settings, as they stand in the environment. */
const environment = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }),
  /** In front of every Redis key; instances that share a Redis differ in it. */
  BERTH_REDIS_PREFIX: z
    .string()
    .regex(/^[\w.-]+$/)
    .default('berth'),
  /** PEM file of the CA that signs the API server's certificate. */
  BERTH_CA_FILE: z.string().min(1),
  /** The master keys: 32 bytes in base64 each, the newest first. In the environment, in a file, or both. */
  BERTH_MASTER_KEY: z.string().optional(),
  BERTH_PREVIOUS_MASTER_KEYS: z.string().optional(),
  BERTH_MASTER_KEY_FILE: z.string().min(1).optional(),
  /** Networks beside public addresses at which the issuers of TrustedIssuers may be: `10.0.0.0/8,127.0.0.1/32`. */
  BERTH_ISSUER_ALLOW_CIDRS: z.string().default('').transform(networks),
  /** Turns at once, each of another cluster. */
  BERTH_TURN_CONCURRENCY: z.coerce.number().int().min(1).max(256).default(8),
  /** Of these, turns of one tenant's clusters, where its plan does not say. Default: half. */
  BERTH_TENANT_TURN_CONCURRENCY: z.coerce.number().int().min(1).max(256).optional(),
  /** How long the log can be read back: by watches, continue tokens and undo. */
  BERTH_LOG_RETENTION_SECONDS: z.coerce.number().int().min(60).default(3_600),
  /** For how many days a key signs a cluster's tokens before the next one does. */
  BERTH_SIGNING_KEY_DAYS: z.coerce.number().int().min(1).max(3_650).default(30),
  /** How long the audit log is kept, in days. */
  BERTH_AUDIT_RETENTION_DAYS: z.coerce.number().int().min(1).default(30),
  /** For how many seconds a node that says nothing is taken to be well: agents renew its Lease every ten. */
  BERTH_NODE_GRACE_SECONDS: z.coerce.number().int().min(15).max(3_600).default(50),
  /** `1`: every new Event is a line of the log. */
  BERTH_PRINT_EVENTS: z.enum(['', '0', '1']).default(''),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

export interface WorkerSettings {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly redisKeyPrefix: string;
  readonly caFile: string;
  readonly masterKeys: MasterKeySettings;
  readonly turnConcurrency: number;
  readonly tenantTurnConcurrency: number | undefined;
  readonly issuerNetworks: readonly AllowedNetwork[];
  readonly retentionMs: number;
  readonly rotateKeysAfterMs: number;
  readonly auditRetentionMs: number;
  readonly nodeGraceMs: number;
  readonly printsEvents: boolean;
  readonly logLevel: string;
}

/** Reads the settings. @throws z.ZodError */
export function readSettings(variables: NodeJS.ProcessEnv): WorkerSettings {
  const read = environment.parse(variables);
  return {
    databaseUrl: read.DATABASE_URL,
    redisUrl: read.REDIS_URL,
    redisKeyPrefix: read.BERTH_REDIS_PREFIX,
    caFile: read.BERTH_CA_FILE,
    masterKeys: {
      key: read.BERTH_MASTER_KEY,
      previousKeys: read.BERTH_PREVIOUS_MASTER_KEYS,
      file: read.BERTH_MASTER_KEY_FILE,
    },
    turnConcurrency: read.BERTH_TURN_CONCURRENCY,
    tenantTurnConcurrency: read.BERTH_TENANT_TURN_CONCURRENCY,
    issuerNetworks: read.BERTH_ISSUER_ALLOW_CIDRS,
    auditRetentionMs: read.BERTH_AUDIT_RETENTION_DAYS * 24 * 3_600_000,
    retentionMs: read.BERTH_LOG_RETENTION_SECONDS * 1_000,
    rotateKeysAfterMs: read.BERTH_SIGNING_KEY_DAYS * 24 * 3_600_000,
    nodeGraceMs: read.BERTH_NODE_GRACE_SECONDS * 1_000,
    printsEvents: read.BERTH_PRINT_EVENTS === '1',
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
