import { customType } from 'drizzle-orm/pg-core';

/** Text in byte order, which is the order of Kubernetes' lists and makes index comparisons cheap. */
export const byteText = customType<{ data: string }>({ dataType: () => 'text COLLATE "C"' });

/** Revisions and counters. Far from 2^53. */
export const counter = customType<{ data: number; driverData: number | string }>({
  dataType: () => 'bigint',
  fromDriver: Number,
});

/** An instant with the milliseconds of a JavaScript `Date`. */
export const instant = customType<{ data: Date; driverData: Date | string }>({
  dataType: () => 'timestamp with time zone',
  toDriver: (date) => date.toISOString(),
  fromDriver: (value) => (value instanceof Date ? value : new Date(value)),
});
