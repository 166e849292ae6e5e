import { z } from 'zod';
import type { PodsOnExit } from './node-agent.ts';

const flag = z
  .enum(['', '0', 'false', '1', 'true'])
  .default('')
  .transform((text) => text === '1' || text === 'true');

/** The node agent's settings, as they stand in the environment. */
const environment = z.object({
  /** Where the API server is reached. */
  BERTH_API_URL: z.url({ protocol: /^https?$/ }),
  /** PEM file of the CA that signed the API server's certificate. Default: the system's CAs. */
  BERTH_CA_FILE: z.string().min(1).optional(),
  /** File with the node's token; `{name}` stands for the node's name. It may be renewed while the agent runs. */
  BERTH_NODE_TOKEN_FILE: z.string().min(1),
  /** The node's name; with BERTH_NODE_COUNT what the names begin with. */
  BERTH_NODE_NAME: z.string().regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/),
  /** This many nodes in one process, called `<name>-1`, `<name>-2`, …. Default: one, called by the name itself. */
  BERTH_NODE_COUNT: z.coerce.number().int().min(1).max(1_000).optional(),
  BERTH_NODE_RUNTIME: z.enum(['process', 'simulated']),
  /** Where the process runtime keeps its pods: one directory for each node in it. */
  BERTH_DATA_DIR: z.string().min(1),
  /** Where the kubelet API listens, and the address that the nodes say they have. */
  BERTH_NODE_ADDRESS: z.union([z.ipv4(), z.ipv6()]).default('127.0.0.1'),
  /** Port of the kubelet API; 0 takes a free one. */
  BERTH_NODE_PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  /** Says that whoever starts this knows that the process runtime isolates nothing. */
  BERTH_ALLOW_PROCESS_RUNTIME: flag,
  /**
   * On a graceful end the pods end too (`1`), and the next start goes on by their restart policies; or they end for good and are marked as
   * failed (`terminate`). Otherwise they go on, and the next start finds them.
   */
  BERTH_STOP_PODS_ON_EXIT: z
    .enum(['', '0', 'false', '1', 'true', 'terminate'])
    .default('')
    .transform((text): PodsOnExit => {
      if (text === 'terminate') return text;
      return text === '1' || text === 'true' ? 'stop' : 'go-on';
    }),
  /** How many processes a pod of the process runtime may have, where cgroups limit them. Default: as many as the machine. */
  BERTH_POD_PIDS_LIMIT: z.coerce.number().int().min(1).optional(),
  /** Paths of the machine below which pods of the process runtime may have hostPath volumes, separated by colons. Default: none. */
  BERTH_HOST_PATHS: z
    .string()
    .default('')
    .transform((text) => text.split(':').filter((path) => path !== ''))
    .refine((paths) => paths.every((path) => path.startsWith('/')), { error: 'must be absolute paths' }),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  /** Where the process runtime finds commands that are no paths. */
  PATH: z.string().default('/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'),
  HOME: z.string().default('/'),
});

export interface NodeSettings {
  readonly apiUrl: string;
  readonly caFile: string | undefined;
  readonly nodes: ReadonlyArray<{ readonly name: string; readonly tokenFile: string }>;
  readonly runtime: 'process' | 'simulated';
  readonly dataDirectory: string;
  readonly address: string;
  readonly port: number;
  readonly podsOnExit: PodsOnExit;
  readonly podPidsLimit: number | undefined;
  readonly hostPaths: readonly string[];
  readonly logLevel: string;
  readonly searchPath: string;
  readonly home: string;
}

/** Reads the settings. @throws z.ZodError */
export function readSettings(variables: NodeJS.ProcessEnv): NodeSettings {
  const read = environment
    .refine((given) => given.BERTH_NODE_RUNTIME !== 'process' || given.BERTH_ALLOW_PROCESS_RUNTIME, {
      path: ['BERTH_ALLOW_PROCESS_RUNTIME'],
      error:
        'the process runtime runs containers as local processes with the rights of this agent and isolates nothing; set BERTH_ALLOW_PROCESS_RUNTIME=1 if that is what you want',
    })
    .parse(variables);
  const { BERTH_NODE_NAME: name, BERTH_NODE_COUNT: count } = read;
  const names =
    count === undefined ? [name] : Array.from({ length: count }, (_, index) => `${name}-${index + 1}`);
  return {
    apiUrl: read.BERTH_API_URL,
    caFile: read.BERTH_CA_FILE,
    nodes: names.map((each) => ({
      name: each,
      tokenFile: read.BERTH_NODE_TOKEN_FILE.replaceAll('{name}', each),
    })),
    runtime: read.BERTH_NODE_RUNTIME,
    dataDirectory: read.BERTH_DATA_DIR,
    address: read.BERTH_NODE_ADDRESS,
    port: read.BERTH_NODE_PORT,
    podsOnExit: read.BERTH_STOP_PODS_ON_EXIT,
    podPidsLimit: read.BERTH_POD_PIDS_LIMIT,
    hostPaths: read.BERTH_HOST_PATHS,
    logLevel: read.LOG_LEVEL,
    searchPath: read.PATH,
    home: read.HOME,
  };
}
