import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import postgres from 'postgres';
import { inject } from 'vitest';
import { templateDatabase } from './template-database.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the run's global setup tells the URL of its Postgres. */
    postgresPort: number;
  }
}

/** The run's Postgres, started at first use. Durability is off. @returns the URL of its superuser */
export async function testServerUrl(): Promise<string> {
  const answer: unknown = JSON.parse(await text(connect(inject('postgresPort'), '127.0.0.1')));
  // Written by the global setup.
  const { url, error } = answer as { url?: string; error?: string };
  if (!url) throw new Error(`the test run's Postgres did not start: ${error}`);
  return url;
}

/** A migrated, empty database of its own. It goes with the test run. @returns its URL */
export async function createTestDatabase(): Promise<string> {
  const url = new URL(await testServerUrl());
  const name = `test_${randomBytes(6).toString('hex')}`;
  const sql = postgres(url.href, { max: 1 });
  await sql.unsafe(`create database ${name} template ${templateDatabase}`);
  await sql.end();
  url.pathname = name;
  return url.href;
}
