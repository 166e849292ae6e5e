import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { dataDirectory } from '../instance/data-directory.ts';
import { instanceContextName } from '../instance/kubeconfig.ts';
import { systemCluster } from '../instance/names.ts';

const ownName = instanceContextName(systemCluster);
const own = z.object({ name: z.literal(ownName) });
/** Whatever else somebody has put into the file is skipped. */
const kubeconfig = z.object({
  clusters: listWith(
    own.extend({ cluster: z.object({ server: z.string(), 'certificate-authority-data': z.string() }) }),
  ),
  users: listWith(own.extend({ user: z.object({ token: z.string() }) })),
});

/** A list, of which the one member that fits is taken. */
function listWith<T extends z.ZodType>(member: T) {
  return z.array(z.unknown()).transform((items, context) => {
    for (const item of items) {
      const parsed = member.safeParse(item);
      if (parsed.success) return parsed.data;
    }
    context.addIssue({ code: 'custom', message: `has no member "${ownName}"` });
    return z.NEVER;
  });
}

/** As in `ApiAccess`. */
export interface LocalAccess {
  readonly clusterUrl: string;
  readonly caPem: string;
  readonly token: string;
}

/**
 * The administrator's access to an instance of this machine, as `berth up` left it in the data directory.
 *
 * @returns undefined where there is no instance.
 */
export async function localAccess(path: string): Promise<LocalAccess | undefined> {
  const text = await readFile(dataDirectory(path).adminKubeconfig, 'utf8').catch(() => undefined);
  const config = kubeconfig.safeParse(text === undefined ? undefined : parse(text));
  if (!config.success) return undefined;
  const { cluster } = config.data.clusters;
  return {
    clusterUrl: cluster.server,
    caPem: Buffer.from(cluster['certificate-authority-data'], 'base64').toString(),
    token: config.data.users.user.token,
  };
}
