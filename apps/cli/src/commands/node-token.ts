import { nodeSubject } from '@berth/auth';
import { dataDirectory } from '../instance/data-directory.ts';
import { masterKeysOf } from '../instance/master-keys.ts';
import { mintClusterToken } from '../instance/mint-cluster-token.ts';
import { systemCluster } from '../instance/names.ts';
import { databaseUrlOf, withStore } from '../instance/open-instance.ts';
import { serverUrl } from '../instance/server-url.ts';
import type { Settings } from '../settings.ts';

/** A token with which a node's agent joins the fleet. */
export async function createNodeToken(
  settings: Settings,
  { nodeName, expiresInSeconds }: { readonly nodeName: string; readonly expiresInSeconds: number },
): Promise<string> {
  const directory = dataDirectory(settings.dataDirectory);
  const [databaseUrl, masterKeys] = await Promise.all([
    databaseUrlOf(settings, directory),
    masterKeysOf(settings, directory),
  ]);
  return withStore(databaseUrl, (store) =>
    mintClusterToken(store, {
      clusterId: systemCluster,
      subject: nodeSubject(nodeName),
      expiresInSeconds,
      masterKeys,
      serverUrl: serverUrl(settings),
      now: new Date(),
    }),
  );
}
