import { expect, test } from 'vitest';
import type { Access } from '../access/access.ts';
import { refusal } from './refusal.ts';

const serverUrl = 'https://berth.example';
const of = (status: number, origin: Access['origin'] = { type: 'context', name: 'a' }) =>
  refusal({ status, body: { kind: 'Status', message: 'no' } }, { serverUrl, origin });

test.each([
  [400, 2],
  [401, 3],
  [403, 5],
  [404, 4],
  [409, 6],
  [422, 2],
  [429, 1],
  [500, 1],
])('an answer of %i ends the process with %i', (status, exitCode) => {
  expect(of(status).exitCode).toBe(exitCode);
});

test.each<readonly [Access['origin'], RegExp]>([
  [{ type: 'context', name: 'a' }, /Log in again: berth login https:\/\/berth\.example$/],
  [{ type: 'environment' }, /Set another BERTH_TOKEN\.$/],
  [{ type: 'instance', path: '/data' }, /the instance of \/data\?$/],
  [{ type: 'login' }, /does not accept this token/],
])('a login that is not accepted says what to do: %j', (origin, message) => {
  expect(of(401, origin).message).toMatch(message);
});

test('an answer that is no Status is told by its code', () => {
  const { message } = refusal(
    { status: 502, body: '<html>' },
    { serverUrl, origin: { type: 'environment' } },
  );
  expect(message).toBe('the API answered 502');
});
