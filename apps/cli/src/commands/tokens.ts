import { adminSubject, nodeSubject, type Subject } from '@berth/auth';
import { CliError } from '../cli-error.ts';
import { dataDirectory } from '../instance/data-directory.ts';
import { masterKeysOf } from '../instance/master-keys.ts';
import { mintClusterToken } from '../instance/mint-cluster-token.ts';
import { systemCluster } from '../instance/names.ts';
import { databaseUrlOf, withStore } from '../instance/open-instance.ts';
import { serverUrl } from '../instance/server-url.ts';
import type { Settings } from '../settings.ts';

interface TokenOptions {
  readonly clusterId: string;
  readonly username: string;
  /** `90m`, `12h`, `30d`; at most a year. */
  readonly expires: string;
}

/** `berth token create`: a token of an administrator of the cluster. */
export async function createToken(settings: Settings, options: TokenOptions): Promise<string> {
  const { clusterId, username, expires } = options;
  return mint(settings, { clusterId, subject: adminSubject(username), expires });
}

/** `berth token create --node`: a token with which a node's agent joins the fleet. */
export async function createNodeToken(
  settings: Settings,
  options: { nodeName: string; expires: string },
): Promise<string> {
  const { nodeName, expires } = options;
  return mint(settings, { clusterId: systemCluster, subject: nodeSubject(nodeName), expires });
}

async function mint(
  settings: Settings,
  options: { clusterId: string; subject: Subject; expires: string },
): Promise<string> {
  const expiresInSeconds = secondsOf(options.expires);
  const directory = dataDirectory(settings.dataDirectory);
  const [databaseUrl, masterKeys] = await Promise.all([
    databaseUrlOf(settings, directory),
    masterKeysOf(settings, directory),
  ]);
  return withStore(databaseUrl, (store) =>
    mintClusterToken(store, {
      clusterId: options.clusterId,
      subject: options.subject,
      expiresInSeconds,
      masterKeys,
      serverUrl: serverUrl(settings),
      now: new Date(),
    }),
  );
}

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
const longestSeconds = 365 * 86_400;

function secondsOf(text: string): number {
  const match = /^([1-9][0-9]*)([smhd])$/.exec(text);
  const seconds = Number(match?.[1] ?? 0) * (unitSeconds[match?.[2] ?? ''] ?? 0);
  if (seconds > 0 && seconds <= longestSeconds) return seconds;
  throw new CliError(
    'EXPIRY_INVALID',
    `--expires must be a time such as 90m, 12h or 30d, at most 365d; got "${text}"`,
    { exitCode: 2 },
  );
}
