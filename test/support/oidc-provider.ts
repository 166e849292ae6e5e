import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import { selfSignedCertificate } from './self-signed.ts';

/** How the provider answers a request for one of its documents. */
export type Behaviour =
  | 'right'
  /** Accepts the request and never answers. */
  | 'silent'
  /** Sends its answer byte by byte, for ever. */
  | 'trickling'
  | 'huge'
  | 'redirecting'
  | 'html'
  | 'failing'
  /** Closes the connection. */
  | 'dead';

/** An OpenID provider on loopback, over real HTTPS, that can misbehave. */
export interface OidcProvider {
  readonly issuer: string;
  /** PEM of the authority that signed its certificate. */
  readonly certificateAuthority: string;
  /** Paths that were asked for, in order. */
  readonly requests: string[];
  /** Public halves of the keys that it publishes now. */
  readonly publicKeys: JWK[];
  /** How each document is answered. */
  readonly behaviour: { discovery: Behaviour; keys: Behaviour };
  /** Members that replace those of the discovery document. */
  discovery: Record<string, unknown>;
  /** `Cache-Control` of the key set. */
  cacheControl: string | undefined;
  /** Keys that it publishes beside its own. */
  furtherKeys: JWK[];
  /** A token signed by the newest key. `iss`, `iat` and `exp` (10 min) are set unless the claims have them; null leaves one out. */
  sign(claims: Record<string, unknown>, options?: SignOptions): Promise<string>;
  /** Takes a new key; tokens of the old one are forgeries once the keys are fetched again. */
  rotate(): Promise<void>;
  close(): Promise<void>;
}

interface SignOptions {
  readonly kid?: string;
  readonly now?: Date;
}

export interface ProviderOptions {
  /** Default ES256. */
  readonly algorithm?: string;
  /** Default true. */
  readonly https?: boolean;
}

export async function startOidcProvider({
  algorithm = 'ES256',
  https = true,
}: ProviderOptions = {}): Promise<OidcProvider> {
  const { certificate, key } = await selfSignedCertificate();
  let signing = await newKey(algorithm);
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const path = request.url ?? '';
    provider.requests.push(path);
    const isDiscovery = path === '/.well-known/openid-configuration';
    const document = isDiscovery
      ? { issuer: provider.issuer, jwks_uri: `${provider.issuer}/keys`, ...provider.discovery }
      : { keys: [...provider.publicKeys, ...provider.furtherKeys] };
    if (!isDiscovery && provider.cacheControl !== undefined) {
      response.setHeader('cache-control', provider.cacheControl);
    }
    const behaviour = provider.behaviour[isDiscovery ? 'discovery' : 'keys'];
    respond(response, behaviour, { document, elsewhere: `${provider.issuer}/elsewhere` });
  };
  const tls: ServerOptions = { cert: certificate, key };
  const server = https ? createServer(tls, answer) : createHttpServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  const provider: OidcProvider = {
    issuer: https ? `https://localhost:${port}` : `http://127.0.0.1:${port}`,
    certificateAuthority: certificate,
    requests: [],
    publicKeys: [signing.publicJwk],
    behaviour: { discovery: 'right', keys: 'right' },
    discovery: {},
    cacheControl: undefined,
    furtherKeys: [],
    async sign(claims, { kid = signing.publicJwk.kid, now = new Date() } = {}) {
      const nowSeconds = Math.floor(now.getTime() / 1_000);
      const payload: JWTPayload = { iss: provider.issuer, iat: nowSeconds, exp: nowSeconds + 600, ...claims };
      for (const name of Object.keys(payload)) if (payload[name] === null) delete payload[name];
      return new SignJWT(payload)
        .setProtectedHeader({ alg: algorithm, ...(kid !== undefined && { kid }) })
        .sign(signing.privateKey);
    },
    async rotate() {
      signing = await newKey(algorithm);
      provider.publicKeys.splice(0, provider.publicKeys.length, signing.publicJwk);
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return provider;
}

async function newKey(algorithm: string) {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  const publicJwk: JWK = {
    ...(await exportJWK(publicKey)),
    kid: crypto.randomUUID(),
    alg: algorithm,
    use: 'sig',
  };
  return { privateKey, publicJwk };
}

function respond(
  response: ServerResponse,
  behaviour: Behaviour,
  { document, elsewhere }: { document: object; elsewhere: string },
): void {
  switch (behaviour) {
    case 'right':
      response.setHeader('content-type', 'application/json').end(JSON.stringify(document));
      return;
    case 'silent':
      return;
    case 'trickling': {
      response.setHeader('content-type', 'application/json').write('{');
      const timer = setInterval(() => response.write(' '), 20);
      response.once('close', () => clearInterval(timer));
      return;
    }
    case 'huge':
      response.end(JSON.stringify({ ...document, padding: ' '.repeat(300 * 1024) }));
      return;
    case 'redirecting':
      response.writeHead(302, { location: elsewhere }).end();
      return;
    case 'html':
      response.setHeader('content-type', 'text/html').end('<html>sign in</html>');
      return;
    case 'failing':
      response.writeHead(500).end('{}');
      return;
    case 'dead':
      response.destroy();
      return;
    default:
      throw new Error('no such behaviour', { cause: behaviour satisfies never });
  }
}
