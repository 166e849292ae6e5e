/**
 * Brings the database to this code's schema, one process at a time: the others wait. Does nothing when it is there.
 *
 * @throws NewerDatabaseError, MigrationError, StoreUnavailableError
 */
export async function migrate(_databaseUrl: string): Promise<void> {
  throw new Error('not built yet');
}
