import { type ConnectionOptions, connect, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';
import { connectionError } from '../api-request.ts';
import { CliError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Terminal } from '../shell/terminal.ts';

const connectTimeoutMs = 15_000;

/** By what a server may be trusted. */
export interface TrustOptions {
  /** PEM; then nothing else counts. */
  readonly certificateAuthority: string | undefined;
  /** PEM by which the server was trusted before. */
  readonly knownAuthority: string | undefined;
  /** SHA-256 of the server's authority, in hexadecimal with or without colons. */
  readonly fingerprint: string | undefined;
  readonly terminal: Terminal;
}

/**
 * Finds out by which authority a server is to be trusted: one that was given, one of this machine's, or, on first use, the
 * one that the server itself shows, if its fingerprint was given or a person says yes.
 *
 * @returns its PEM; undefined if this machine trusts the server anyway.
 * @throws CliError API_UNREACHABLE, API_UNTRUSTED
 */
export async function trustServer(server: string, options: TrustOptions): Promise<string | undefined> {
  const url = new URL(server);
  if (options.certificateAuthority !== undefined) {
    await requireTrusted(url, options.certificateAuthority);
    return options.certificateAuthority;
  }
  if (await isTrusted(url, options.knownAuthority)) return options.knownAuthority;
  if (options.knownAuthority !== undefined) {
    options.terminal.tell(`Beware: ${url.origin} shows another authority than at the last login.`);
  }
  const authority = await shownAuthority(url);
  await requireConsent(url, authority, options);
  await requireTrusted(url, authority.pem);
  return authority.pem;
}

interface Authority {
  readonly pem: string;
  /** `AB:CD:…` */
  readonly fingerprint: string;
}

async function requireConsent(
  { origin }: URL,
  { fingerprint }: Authority,
  { terminal, fingerprint: expected }: TrustOptions,
): Promise<void> {
  const refuse = (message: string): never => {
    throw new CliError('API_UNTRUSTED', message, { exitCode: exitCodes.unreachable });
  };
  if (expected !== undefined) {
    if (bare(expected) === bare(fingerprint)) return;
    refuse(`the authority of ${origin} has another fingerprint than the one given: ${fingerprint}`);
  }
  if (!terminal.isInteractive) {
    refuse(
      `the certificate of ${origin} is signed by nobody whom this machine trusts. ` +
        `Give --certificate-authority <file>, or, if it is right, --fingerprint ${fingerprint}`,
    );
  }
  terminal.tell(`${origin} is signed by an authority that this machine does not know.`);
  terminal.tell(`Its SHA-256 fingerprint is ${fingerprint}`);
  const answer = await terminal.ask('Trust it from now on? [y/N] ');
  if (!/^y(es)?$/i.test(answer)) refuse(`${origin} is not trusted`);
}

function bare(fingerprint: string): string {
  return fingerprint
    .replace(/^sha256:/i, '')
    .replaceAll(':', '')
    .toLowerCase();
}

async function isTrusted(url: URL, certificateAuthority: string | undefined): Promise<boolean> {
  try {
    await requireTrusted(url, certificateAuthority);
    return true;
  } catch (error) {
    if (error instanceof CliError && error.code === 'API_UNTRUSTED') return false;
    throw error;
  }
}

async function requireTrusted(url: URL, certificateAuthority: string | undefined): Promise<void> {
  const trust =
    certificateAuthority === undefined ? {} : { ca: certificateAuthority, allowPartialTrustChain: true };
  (await handshake(url, trust)).destroy();
}

/** The self-signed end of the chain that the server sends; its own certificate if it sends no more. */
async function shownAuthority(url: URL): Promise<Authority> {
  const socket = await handshake(url, { rejectUnauthorized: false });
  let certificate: DetailedPeerCertificate = socket.getPeerCertificate(true);
  while (certificate.issuerCertificate && certificate.issuerCertificate !== certificate) {
    if (certificate.issuerCertificate.fingerprint256 === certificate.fingerprint256) break;
    certificate = certificate.issuerCertificate;
  }
  socket.destroy();
  const lines = certificate.raw.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    pem: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
    fingerprint: certificate.fingerprint256,
  };
}

function handshake(url: URL, trust: ConnectionOptions): Promise<TLSSocket> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port: Number(url.port || 443),
      // RFC 6066: an address is no server name.
      ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
      ...trust,
    });
    socket.setTimeout(connectTimeoutMs, () => socket.destroy(new Error('no answer')));
    socket.once('secureConnect', () => resolve(socket));
    socket.once('error', (error) => reject(connectionError(url, error)));
  });
}
