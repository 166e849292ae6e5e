import { resolve } from 'node:path';
import type { MasterKeySettings } from '@berth/auth';
import { z } from 'zod';
import { CliError } from './cli-error.ts';

const port = z
  .string()
  .regex(/^[1-9][0-9]{0,4}$/, 'must be a port, 1 to 65535')
  .transform(Number)
  .refine((value) => value <= 65_535, 'must be a port, 1 to 65535');
const nodeSpec = z
  .string()
  .regex(
    /^(process|simulated):[1-9][0-9]{0,3}$/,
    'must be process:<count> or simulated:<count>, comma-separated',
  );

/** One entry of `BERTH_NODES`. */
interface NodeGroup {
  readonly runtime: 'process' | 'simulated';
  readonly count: number;
}

const schema = z.object({
  dataDirectory: z
    .string()
    .min(1)
    .transform((path) => resolve(path)),
  port,
  httpPort: port,
  nodes: z.string().transform((text, context): NodeGroup[] => {
    const groups = text.split(',').map((entry): NodeGroup => {
      const parsed = nodeSpec.safeParse(entry.trim());
      if (!parsed.success)
        context.addIssue({ code: 'custom', message: `${parsed.error.issues[0]?.message}; got "${entry}"` });
      const [runtime, count] = entry.trim().split(':');
      return { runtime: runtime === 'simulated' ? 'simulated' : 'process', count: Number(count) };
    });
    // A node is called by its runtime and a number: two groups of one runtime would share their names.
    if (new Set(groups.map(({ runtime }) => runtime)).size < groups.length) {
      context.addIssue({ code: 'custom', message: `must name each runtime once; got "${text}"` });
    }
    return groups;
  }),
  databaseUrl: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgres://')
    .optional(),
  redisUrl: z
    .string()
    .regex(/^rediss?:\/\//, 'must begin with redis:// or rediss://')
    .optional(),
  /** Judged by the API server, which it is for. */
  auditPolicyFile: z
    .string()
    .min(1)
    .transform((path) => resolve(path))
    .optional(),
  issuerNetworks: z.string().optional(),
  /** Judged by the worker, which it is for. */
  nodeGraceSeconds: z
    .string()
    .regex(/^[1-9][0-9]*$/, 'must be a number of seconds')
    .optional(),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error']),
});

/** Everything that can be set, validated. Durations and sizes have their unit in the name. */
export interface Settings extends z.output<typeof schema> {
  /** Master keys besides those of the data directory. Secrets have no flags: every user of a machine sees those. */
  readonly masterKeys: MasterKeySettings;
}

/** Setting, its variable, its flag and its default: the one place that documents them. */
export const settingSources = {
  dataDirectory: {
    variable: 'BERTH_DATA_DIR',
    flag: '--data-dir <path>',
    fallback: '.berth',
    help: 'where all data lives',
  },
  port: {
    variable: 'BERTH_PORT',
    flag: '--port <port>',
    fallback: '6443',
    help: 'HTTPS port (HTTP/1.1 and HTTP/2)',
  },
  httpPort: {
    variable: 'BERTH_HTTP_PORT',
    flag: '--http-port <port>',
    fallback: '8080',
    help: 'plain HTTP port, on loopback only',
  },
  nodes: {
    variable: 'BERTH_NODES',
    flag: '--nodes <list>',
    fallback: 'process:1',
    help: 'nodes to run, such as process:1,simulated:5',
  },
  databaseUrl: {
    variable: 'DATABASE_URL',
    flag: '--database-url <url>',
    fallback: undefined,
    help: 'a Postgres server; default: an embedded one',
  },
  redisUrl: {
    variable: 'REDIS_URL',
    flag: '--redis-url <url>',
    fallback: undefined,
    help: 'a Redis server; default: one of our own',
  },
  auditPolicyFile: {
    variable: 'BERTH_AUDIT_POLICY_FILE',
    flag: '--audit-policy-file <path>',
    fallback: undefined,
    help: 'an audit.k8s.io/v1 Policy; default: every write and every refusal',
  },
  issuerNetworks: {
    variable: 'BERTH_ISSUER_ALLOW_CIDRS',
    flag: '--issuer-allow-cidrs <list>',
    fallback: undefined,
    help: 'private networks where trusted OIDC issuers may be',
  },
  nodeGraceSeconds: {
    variable: 'BERTH_NODE_GRACE_SECONDS',
    flag: '--node-grace-seconds <seconds>',
    fallback: undefined,
    help: 'after how long a node that says nothing is not ready; default: 50, at least 15',
  },
  logLevel: {
    variable: 'LOG_LEVEL',
    flag: '--log-level <level>',
    fallback: 'info',
    help: 'trace, debug, info, warn or error',
  },
} as const;

type SettingName = keyof typeof settingSources;

/**
 * Flags win over the environment, the environment over defaults.
 *
 * @throws CliError SETTING_INVALID, naming the variable and what would be right.
 */
export function readSettings(
  flags: Readonly<Partial<Record<string, string>>>,
  environment: Readonly<Record<string, string | undefined>>,
): Settings {
  const raw = Object.fromEntries(
    Object.entries(settingSources).map(([name, source]) => {
      return [
        name,
        flags[flagKey(source.flag)] ?? (environment[source.variable] || undefined) ?? source.fallback,
      ];
    }),
  );
  const result = schema.safeParse(raw);
  const masterKeys = {
    key: environment['BERTH_MASTER_KEY'],
    previousKeys: environment['BERTH_PREVIOUS_MASTER_KEYS'],
    file: environment['BERTH_MASTER_KEY_FILE'],
  };
  if (result.success) return { ...result.data, masterKeys };
  const problems = result.error.issues.map((issue) => {
    const name = String(issue.path[0]) as SettingName;
    return `${settingSources[name].variable}: ${issue.message}`;
  });
  throw new CliError('SETTING_INVALID', problems.join('; '), { exitCode: 2 });
}

/** `--data-dir <path>` to `dataDir`, as the command line parser names it. */
function flagKey(flag: string): string {
  const name = flag.slice(2).split(' ')[0] ?? '';
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
