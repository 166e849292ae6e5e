import { randomBytes } from 'node:crypto';
import { createBodyCipher, fixedMasterKeys } from '@berth/auth';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHintBus } from '../../../test/support/hint-bus.ts';
import { createTestDatabase } from '../../../test/support/postgres.ts';
import { openTestStore } from '../../../test/support/store.ts';
import { createExercised, exerciseStore, methodsOf, steps } from '../../../test/support/store-exercise.ts';
import { openDatabase } from './database.ts';
import { openStore } from './open-store.ts';

/**
 * The wall behind the WHERE: whatever a query of the store asks for, row-level security shows and changes nothing but the
 * cluster that its transaction named. Each statement that the store sends, and each SQL function that it calls, runs
 * again with its cluster's condition dropped. A query that is new is covered when its method has a step.
 */
const sent = new Map<string, readonly unknown[]>();
const bodyCipher = createBodyCipher(fixedMasterKeys(randomBytes(32)), ['secrets']);
let isMine = false;
const { store, databaseUrl } = await openTestStore({
  bodyCipher,
  onStatement: (role, text, parameters) => {
    if (isMine && role === 'berth_app') sent.set(text, [...parameters]);
  },
});
const mine = { store, clusterId: 'mine', mark: 'mark-of-mine' };
const neighbour = { store, clusterId: 'neighbour', mark: 'mark-of-neighbour' };
const owner = postgres(databaseUrl, { max: 1, onnotice: () => undefined });
const app = openDatabase({ databaseUrl, clusterPoolSize: 1, fleetPoolSize: 1 });
afterAll(() => Promise.all([owner.end(), app.close()]));

beforeAll(async () => {
  await store.createCluster({ clusterId: 'system', tenantId: 'system', seed: [] });
  // Before any cluster is removed, so that its revisions begin with 1.
  isMine = true;
  await createExercised(mine);
  isMine = false;
  await exerciseStore(neighbour);
  isMine = true;
  await exerciseStore(mine);
  isMine = false;
});

const condition = /(?:"?\w+"?\.)*"?\b(?:cluster_id|id)\b"? = (?:\$(\d+)|p_cluster_id\b)/g;

/** The statement without the condition on its cluster, and how often it stood there. */
function withoutCluster(text: string, isCluster: (parameter: string | undefined) => boolean) {
  let dropped = 0;
  const bare = text.replace(condition, (whole, parameter?: string) => {
    if (!isCluster(parameter)) return whole;
    dropped += 1;
    return `(${whole} or true)`;
  });
  return { bare, dropped };
}

/** What is left of a WHERE when nothing in it compares with a parameter any more. */
function withoutComparisons(text: string): string {
  const from = text.search(/\bwhere\b/i);
  const comparison = /(?:"?\w+"?\.)*"?\b\w+\b"? = \$\d+(?!\d)/g;
  return text.slice(0, from) + text.slice(from).replace(comparison, (whole) => `(${whole} or true)`);
}

/** Everything of the neighbour, in any table. */
async function neighbourRows(sql: postgres.ISql): Promise<string> {
  const tables = await sql<{ name: string; column: string }[]>`
    select c.relname as name, a.attname as column
    from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
    where n.nspname = 'berth' and c.relkind in ('r', 'p') and not c.relispartition
      and a.attname = case when c.relname like '%clusters' then 'id' else 'cluster_id' end
    order by 1`;
  const contents = [];
  for (const { name, column } of tables) {
    const rows = await sql`
      select t::text as row from berth.${sql(name)} t where ${sql(column)} like 'neighbour%' order by 1`;
    contents.push(...rows.map(({ row }) => `${name} ${row}`));
  }
  return contents.join('\n');
}

/** Runs a statement of the store and takes it back. */
async function replayed(text: string, parameters: readonly unknown[], role: 'berth_app' | 'none') {
  const takenBack = new Error('taken back');
  let result = { rows: '', neighbour: '' };
  await app.clusterSql
    .begin(async (sql) => {
      await sql.unsafe(`set local role ${role}`);
      await sql`select set_config('berth.cluster_id', 'mine', true)`;
      // What postgres.js sent once, it can send again.
      const rows = await sql.unsafe(text, parameters as never[]);
      await sql`set local role none`;
      result = { rows: JSON.stringify(rows), neighbour: await neighbourRows(sql) };
      throw takenBack;
    })
    .catch((error: unknown) => {
      if (error !== takenBack) throw error;
    });
  return result;
}

test('every method of the store has a step here', () => {
  expect(methodsOf(store).sort()).toEqual(Object.keys(steps).sort());
});

test('no statement that forgets its cluster shows or changes a row of a neighbour', async () => {
  const before = await neighbourRows(owner);
  expect(before).toContain(neighbour.mark);
  const seenByOwner = new Set<string>();
  const changedByOwner = new Set<string>();
  for (const [text, parameters] of sent) {
    const { bare, dropped } = withoutCluster(text, (parameter) =>
      String(parameters[Number(parameter) - 1]).startsWith('mine'),
    );
    if (dropped === 0) {
      // What has no such condition calls a function, names the cluster, makes rows, or reads what belongs to nobody.
      expect(text).toMatch(
        /^\s*(?:select .* from berth\.\w+\(|select set_config|select berth\.|insert |begin|commit|rollback)/is,
      );
      continue;
    }
    for (const forgetful of [bare, withoutComparisons(text)]) {
      const asApp = await replayed(forgetful, parameters, 'berth_app');
      expect({ text, rows: asApp.rows }).toEqual({ text, rows: expect.not.stringContaining('neighbour') });
      expect({ text, neighbour: asApp.neighbour }).toEqual({ text, neighbour: before });
      // The condition was what kept them apart: who is not behind the wall reaches the neighbour.
      const asOwner = await replayed(forgetful, parameters, 'none').catch(() => undefined);
      if (asOwner?.rows.includes('neighbour')) seenByOwner.add(text);
      if (asOwner !== undefined && asOwner.neighbour !== before) changedByOwner.add(text);
    }
  }
  expect(seenByOwner.size).toBeGreaterThanOrEqual(10);
  expect(changedByOwner.size).toBeGreaterThanOrEqual(5);
});

test('no SQL function that forgets its cluster shows or changes a row of a neighbour', async () => {
  const other = await createTestDatabase();
  const sql = postgres(other, { max: 1, onnotice: () => undefined });
  const another = openStore({ databaseUrl: other, hints: createHintBus(), bodyCipher });
  try {
    await another.createCluster({ clusterId: 'system', tenantId: 'system', seed: [] });
    await createExercised({ ...mine, store: another });
    await exerciseStore({ ...neighbour, store: another });
    const functions = await sql<{ name: string; definition: string }[]>`
      select p.proname as name, pg_get_functiondef(p.oid) as definition
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where n.nspname = 'berth' and p.prokind = 'f' and not p.prosecdef and 'p_cluster_id' = any (p.proargnames)`;
    const dropped: Record<string, number> = {};
    for (const { name, definition } of functions) {
      const bare = withoutCluster(definition, (parameter) => parameter === undefined);
      dropped[name] = bare.dropped;
      if (bare.dropped > 0) await sql.unsafe(bare.bare);
    }
    expect(dropped).toMatchObject({
      commit_writes: expect.toSatisfy((count: number) => count >= 2),
      judge_writes: 2,
      quota_limits: 2,
      write_quota_rules: 3,
      commit_turn: expect.toSatisfy((count: number) => count >= 2),
      read_objects: 2,
      move_claims: expect.toSatisfy((count: number) => count >= 2),
      begin_removal: 3,
      remove_cluster_rows: 4,
      end_removal: 1,
    });
    const before = await neighbourRows(sql);
    expect(before).toContain(neighbour.mark);
    await exerciseStore({ ...mine, store: another });
    expect(await neighbourRows(sql)).toBe(before);
    const cluster = another.cluster('mine');
    const changes = await cluster.changes(0, 1_000);
    expect(JSON.stringify(changes)).not.toContain('neighbour');
    expect(changes.length).toBeGreaterThan(5);
  } finally {
    await Promise.all([another.close(), sql.end()]);
  }
});
