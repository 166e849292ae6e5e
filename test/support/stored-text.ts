import postgres from 'postgres';

/** Where a text stands in a database, over all columns of all tables: `schema.table`, sorted. */
export async function tablesHolding(databaseUrl: string, text: string): Promise<string[]> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => undefined });
  try {
    const tables = await sql<{ schema: string; name: string }[]>`
      select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and not c.relispartition
        and n.nspname not in ('pg_catalog', 'information_schema')`;
    const holding: string[] = [];
    for (const { schema, name } of tables) {
      // A whole row as text shows every column as text.
      const rows = await sql`
        select from ${sql(`${schema}.${name}`)} as t where position(${text} in t::text) > 0 limit 1`;
      if (rows.length > 0) holding.push(`${schema}.${name}`);
    }
    return holding.sort();
  } finally {
    await sql.end();
  }
}
