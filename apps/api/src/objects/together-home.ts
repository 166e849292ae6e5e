import type { KindDefinition } from '@berth/kinds';
import { alreadyExistsError } from '@berth/machinery';
import type { ClusterStore, Outcome, Write } from '@berth/store';
import { decodeWrite } from './decode-write.ts';
import type { HomeSources, ObjectHome } from './object-home.ts';

/** The home of objects that are created together with others: all of them are there, or none is. */
export function togetherHome(
  sources: HomeSources,
  log: ClusterStore,
  definition: KindDefinition,
): ObjectHome {
  return {
    get: (key) => log.get(key),
    list: (query) => sources.readList(log, query),
    write: (write) =>
      write.op === 'create' ? createTogether(sources, log, { definition, write }) : log.write(write),
  };
}

async function createTogether(
  { creationsOf }: HomeSources,
  log: ClusterStore,
  { definition, write }: { readonly definition: KindDefinition; readonly write: Write },
): Promise<Outcome> {
  const others = creationsOf(definition.createdTogether?.(decodeWrite(definition, write)) ?? []);
  const together = await log.writeTogether([write, ...others]);
  if (together.status === 'applied') return { status: 'applied', revision: together.revisions[0] ?? 0 };
  const { position, outcome } = together;
  const refused = position > 0 ? others[position - 1] : undefined;
  // What is in the way is another object than the one that the request names.
  if (refused && outcome.status === 'exists') {
    const [resource = '', ...group] = refused.resource.split('.');
    throw alreadyExistsError({ group: group.join('.'), resource }, refused.name);
  }
  return outcome;
}
