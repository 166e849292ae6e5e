import type { AccessFlags } from '../access/resolve-access.ts';
import { type Api, apiOf } from '../api/api.ts';
import { resolveAccess } from '../access/resolve-access.ts';
import type { CliContext } from '../cli-context.ts';
import { contextBookPath, readContextBook } from '../contexts/context-book.ts';
import { tokenPaths } from '../platform/access-tokens.ts';
import { platformPaths } from '../platform/platform-paths.ts';
import { clusterOf, defaultNamespace, deploymentsPath } from '../rollout/rollout-api.ts';
import type { NameLookup } from './complete.ts';

/** Nobody waits longer for a completion. */
const patienceMs = 3_000;

interface NamedList {
  readonly items?: readonly { readonly metadata: { readonly name: string } }[];
}

/** Names that the server knows. Whatever goes wrong, there are none: a completion tells no errors. */
export function lookUpNames(context: CliContext, words: readonly string[]): NameLookup {
  const flags = accessFlagsOf(words);
  const lists: Readonly<Record<string, (tenant?: string) => string>> = {
    cluster: (tenant) => platformPaths.clusters(tenant),
    tenant: () => platformPaths.tenants,
    plan: () => platformPaths.plans,
    token: () => tokenPaths.tokens,
    namespace: () => '/api/v1/namespaces',
    deployment: () =>
      deploymentsPath(valueOf(words, '--namespace') ?? valueOf(words, '-n') ?? defaultNamespace),
  };
  return async (thing) => {
    try {
      if (thing === 'context') return Object.keys((await bookOf(context)).contexts);
      const list = lists[thing];
      if (list === undefined) return [];
      return await within(patienceMs, async () => {
        const api = apiOf(await resolveAccess(context, flags));
        const call = {
          method: 'GET',
          path: list(api.access.tenant),
          ...(await clusterFor(thing, api, valueOf(words, '--cluster'))),
        } as const;
        const answer = (await api.call(call)) as NamedList;
        return (answer.items ?? []).map(({ metadata }) => metadata.name);
      });
    } catch {
      return [];
    }
  };
}

/** The cluster that names are looked up in, where that is not the fleet's own. */
async function clusterFor(
  thing: string,
  api: Api,
  named: string | undefined,
): Promise<{ readonly cluster?: string }> {
  if (thing === 'token') return named === undefined ? {} : { cluster: named };
  const isInside = thing === 'namespace' || thing === 'deployment';
  return isInside ? { cluster: await clusterOf(api, named) } : {};
}

function bookOf({ environment }: CliContext) {
  return readContextBook(contextBookPath(environment));
}

/** The flags of the line so far that say where it goes. */
function accessFlagsOf(words: readonly string[]): AccessFlags {
  const names = {
    context: '--context',
    server: '--server',
    certificateAuthority: '--certificate-authority',
    dataDir: '--data-dir',
    tenant: '--tenant',
  } as const;
  const given = Object.entries(names).flatMap(([name, flag]) => {
    const value = valueOf(words, flag);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(given);
}

/** The value that a flag has before the cursor. */
function valueOf(words: readonly string[], flag: string): string | undefined {
  const place = words.indexOf(flag);
  return place >= 0 && place < words.length - 2 ? words[place + 1] : undefined;
}

async function within<T>(ms: number, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('too late')), ms);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
