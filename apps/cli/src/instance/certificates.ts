// Must come first: the certificate library's container reads it while loading.
import 'reflect-metadata';
import { type webcrypto, X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import * as x509 from '@peculiar/x509';
import type { DataDirectory } from './data-directory.ts';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const dayMs = 24 * 60 * 60 * 1000;
const caLifetimeDays = 3650;
const serverLifetimeDays = 365;
const renewBeforeDays = 30;

/** Names under which clients reach the API server, in-cluster ones included. */
function serverNames(): x509.JsonGeneralNames {
  const dns = [
    'localhost',
    hostname(),
    'kubernetes',
    'kubernetes.default',
    'kubernetes.default.svc',
    'kubernetes.default.svc.cluster.local',
  ];
  return [
    ...[...new Set(dns)].map((value) => ({ type: 'dns' as const, value })),
    { type: 'ip', value: '127.0.0.1' },
    { type: 'ip', value: '::1' },
  ];
}

/**
 * Makes the CA at first start, and the server's certificate whenever there is none that is valid for long enough.
 *
 * @returns the CA as PEM.
 */
export async function ensureCertificates(pki: DataDirectory['pki'], now: Date): Promise<string> {
  const ca = (await readAuthority(pki)) ?? (await createAuthority(pki, now));
  if (!(await isServerCertificateValid(pki, now))) await createServerCertificate(pki, { ca, now });
  return ca.certificate.toString('pem');
}

interface Authority {
  readonly certificate: x509.X509Certificate;
  readonly privateKey: webcrypto.CryptoKey;
}

async function readAuthority(pki: DataDirectory['pki']): Promise<Authority | undefined> {
  const [certificate, key] = await Promise.all(
    [pki.ca, pki.caKey].map((file) => readFile(file, 'utf8').catch(() => '')),
  );
  if (!certificate || !key) return undefined;
  const pkcs8 = x509.PemConverter.decodeFirst(key);
  const privateKey = await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, true, ['sign']);
  return { certificate: new x509.X509Certificate(certificate), privateKey };
}

async function createAuthority(pki: DataDirectory['pki'], now: Date): Promise<Authority> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=berth-ca',
    notBefore: new Date(now.getTime() - dayMs),
    notAfter: new Date(now.getTime() + caLifetimeDays * dayMs),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  await writeKey(pki.caKey, keys.privateKey);
  await writeFile(pki.ca, `${certificate.toString('pem')}\n`, { mode: 0o644 });
  return { certificate, privateKey: keys.privateKey };
}

async function createServerCertificate(
  pki: DataDirectory['pki'],
  options: { ca: Authority; now: Date },
): Promise<void> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: 'CN=berth-api',
    issuer: options.ca.certificate.subject,
    notBefore: new Date(options.now.getTime() - dayMs),
    notAfter: new Date(options.now.getTime() + serverLifetimeDays * dayMs),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: options.ca.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(serverNames()),
      await x509.AuthorityKeyIdentifierExtension.create(options.ca.certificate),
    ],
  });
  await writeKey(pki.key, keys.privateKey);
  // With its authority, so that who has never seen either can decide to trust the one that lasts.
  const chain = [certificate, options.ca.certificate].map((member) => `${member.toString('pem')}\n`);
  await writeFile(pki.certificate, chain.join(''), { mode: 0o644 });
}

async function isServerCertificateValid(pki: DataDirectory['pki'], now: Date): Promise<boolean> {
  const [text, key, ca] = await Promise.all(
    [pki.certificate, pki.key, pki.ca].map((file) => readFile(file, 'utf8').catch(() => '')),
  );
  if (!text || !key || !ca) return false;
  const certificate = new X509Certificate(text);
  const isFresh = certificate.validToDate.getTime() - now.getTime() > renewBeforeDays * dayMs;
  const covers =
    certificate.checkHost('localhost') !== undefined && certificate.checkHost(hostname()) !== undefined;
  return isFresh && covers && certificate.verify(new X509Certificate(ca).publicKey);
}

async function writeKey(file: string, key: webcrypto.CryptoKey): Promise<void> {
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', key);
  await writeFile(file, `${x509.PemConverter.encode(pkcs8, 'PRIVATE KEY')}\n`, { mode: 0o600 });
}
