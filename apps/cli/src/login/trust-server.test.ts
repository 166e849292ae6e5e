import { X509Certificate } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { selfSignedCertificate } from '../../../../test/support/self-signed.ts';
import { fakeContext } from '../testing/fake-context.ts';
import { type TrustOptions, trustServer } from './trust-server.ts';

let server: Server;
let url: string;
let own: string;
let fingerprint: string;
let foreign: string;
beforeAll(async () => {
  const made = await selfSignedCertificate();
  own = made.certificate;
  fingerprint = new X509Certificate(own).fingerprint256;
  foreign = (await selfSignedCertificate()).certificate;
  server = createServer({ cert: made.certificate, key: made.key }, (_request, response) =>
    response.end('ok'),
  );
  await new Promise<void>((resolve) => {
    server.listen(0, 'localhost', resolve);
  });
  url = `https://localhost:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const trust = (options: Partial<TrustOptions> & { readonly answers?: readonly string[] } = {}) => {
  const { answers, ...given } = options;
  const context = fakeContext(answers && { answers });
  const trusted = trustServer(url, {
    certificateAuthority: undefined,
    knownAuthority: undefined,
    fingerprint: undefined,
    terminal: context.terminal,
    ...given,
  });
  return { trusted, context };
};
const untrusted = (message: RegExp) =>
  expect.objectContaining({ code: 'API_UNTRUSTED', exitCode: 7, message: expect.stringMatching(message) });
const der = (pem: string | undefined) => new X509Certificate(pem ?? '').raw;

describe('a server that nobody vouches for is trusted', () => {
  test('by the authority that was given, and by no other', async () => {
    expect(await trust({ certificateAuthority: own }).trusted).toBe(own);
    await expect(trust({ certificateAuthority: foreign }).trusted).rejects.toEqual(
      untrusted(/signed by nobody/),
    );
  });

  test('by the fingerprint that was given, in any spelling, and by no other', async () => {
    const bare = `sha256:${fingerprint.replaceAll(':', '').toLowerCase()}`;
    for (const spelling of [fingerprint, bare])
      expect(der(await trust({ fingerprint: spelling }).trusted)).toEqual(der(own));
    await expect(trust({ fingerprint: '00:11' }).trusted).rejects.toEqual(
      untrusted(/has another fingerprint/),
    );
  });

  test('once a person has seen the fingerprint and says yes', async () => {
    const yes = trust({ answers: ['yes'] });
    expect(der(await yes.trusted)).toEqual(der(own));
    expect(yes.context.told.join('\n')).toContain(fingerprint);
    await expect(trust({ answers: [''] }).trusted).rejects.toEqual(untrusted(/is not trusted/));
  });

  test('by nothing where nobody is there to ask', async () => {
    await expect(trust().trusted).rejects.toEqual(untrusted(new RegExp(`--fingerprint ${fingerprint}`)));
  });

  test('as before, and with a warning if it shows another authority now', async () => {
    expect(await trust({ knownAuthority: own }).trusted).toBe(own);
    const changed = trust({ knownAuthority: foreign, answers: ['n'] });
    await expect(changed.trusted).rejects.toEqual(untrusted(/is not trusted/));
    expect(changed.context.told[0]).toMatch(/^Beware: .* shows another authority than at the last login/);
  });
});

test('a server that is not there is told as such', async () => {
  const { terminal } = fakeContext();
  const options = {
    certificateAuthority: undefined,
    knownAuthority: undefined,
    fingerprint: undefined,
    terminal,
  };
  await expect(trustServer('https://127.0.0.1:1', options)).rejects.toMatchObject({
    code: 'API_UNREACHABLE',
  });
});
