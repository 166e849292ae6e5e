import { adminSubject } from '@berth/auth';
import { CliError } from '../cli-error.ts';
import { dataDirectory } from '../instance/data-directory.ts';
import { renderKubeconfig } from '../instance/kubeconfig.ts';
import { readMasterKey } from '../instance/master-key.ts';
import { mintClusterToken } from '../instance/mint-cluster-token.ts';
import { databaseUrlOf, readCa, withStore } from '../instance/open-instance.ts';
import { serverUrl } from '../instance/server-url.ts';
import type { Settings } from '../settings.ts';

export interface TokenOptions {
  readonly clusterId: string;
  readonly username: string;
  /** `90m`, `12h`, `30d`; at most a year. */
  readonly expires: string;
}

/** `berth token create`: a token of an administrator of the cluster. */
export async function createToken(settings: Settings, options: TokenOptions): Promise<string> {
  const directory = dataDirectory(settings.dataDirectory);
  const [databaseUrl, masterKey] = await Promise.all([
    databaseUrlOf(settings, directory),
    readMasterKey(directory.masterKey),
  ]);
  return withStore(databaseUrl, (store) =>
    mintClusterToken(store, {
      clusterId: options.clusterId,
      subject: adminSubject(options.username),
      expiresInSeconds: secondsOf(options.expires),
      masterKey,
      serverUrl: serverUrl(settings),
      now: new Date(),
    }),
  );
}

/** `berth kubeconfig`: a kubeconfig with a new token in it. */
export async function createKubeconfig(settings: Settings, options: TokenOptions): Promise<string> {
  const token = await createToken(settings, options);
  const caPem = await readCa(dataDirectory(settings.dataDirectory));
  const { clusterId, username } = options;
  return renderKubeconfig({ clusterId, serverUrl: serverUrl(settings), caPem, username, token });
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
