import { randomUUID } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { selfSignedCertificate } from './self-signed.ts';

/** An OpenID provider on loopback whose people log in by the device flow (RFC 8628), over real HTTPS. */
export interface DeviceProvider {
  readonly issuer: string;
  /** PEM of its certificate, which is its own authority. */
  readonly certificateAuthority: string;
  readonly clientId: string;
  /** What somebody answers who has opened the page and typed the code. */
  decide(userCode: string, decision: 'approve' | 'deny'): void;
  /** How often tokens were renewed. */
  readonly refreshes: () => number;
  /** Takes all refresh tokens back. */
  revokeAll(): void;
  close(): Promise<void>;
}

interface Device {
  readonly userCode: string;
  decision: 'pending' | 'approve' | 'deny';
}

/** @param options.idTokenSeconds how long its tokens are good for */
export async function startDeviceProvider(options: {
  readonly clientId: string;
  readonly idTokenSeconds: number;
}): Promise<DeviceProvider> {
  const { certificate, key } = await selfSignedCertificate();
  const keys = await generateKeyPair('ES256', { extractable: true });
  const publicJwk = { ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' };
  const devices = new Map<string, Device>();
  const refreshTokens = new Set<string>();
  let issuer = '';
  let refreshes = 0;

  const tokens = async () => {
    const refreshToken = randomUUID();
    refreshTokens.add(refreshToken);
    const idToken = await new SignJWT({ sub: 'alice', email: 'alice@example.com', email_verified: true })
      .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
      .setIssuer(issuer)
      .setAudience(options.clientId)
      .setIssuedAt()
      .setExpirationTime(`${options.idTokenSeconds}s`)
      .sign(keys.privateKey);
    return {
      access_token: randomUUID(),
      token_type: 'Bearer',
      expires_in: options.idTokenSeconds,
      id_token: idToken,
      refresh_token: refreshToken,
    };
  };
  const grant = async (form: URLSearchParams): Promise<readonly [number, object]> => {
    if (form.get('client_id') !== options.clientId) return [401, { error: 'invalid_client' }];
    if (form.get('grant_type') === 'refresh_token') {
      refreshes++;
      // Each is good once: who renews a login twice with the same one has a race.
      if (refreshTokens.delete(form.get('refresh_token') ?? '')) return [200, await tokens()];
      return [400, { error: 'invalid_grant', error_description: 'the refresh token is used up' }];
    }
    const device = devices.get(form.get('device_code') ?? '');
    if (device === undefined) return [400, { error: 'invalid_grant' }];
    if (device.decision === 'pending') return [400, { error: 'authorization_pending' }];
    if (device.decision === 'approve') return [200, await tokens()];
    return [400, { error: 'access_denied', error_description: 'alice said no' }];
  };
  const answers: Readonly<Record<string, (form: URLSearchParams) => Promise<readonly [number, object]>>> = {
    '/.well-known/openid-configuration': async () => [
      200,
      {
        issuer,
        jwks_uri: `${issuer}/keys`,
        token_endpoint: `${issuer}/token`,
        device_authorization_endpoint: `${issuer}/device`,
        authorization_endpoint: `${issuer}/authorize`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['ES256'],
      },
    ],
    '/keys': async () => [200, { keys: [publicJwk] }],
    '/token': grant,
    '/device': async () => {
      const deviceCode = randomUUID();
      const userCode = deviceCode.slice(0, 8).toUpperCase();
      devices.set(deviceCode, { userCode, decision: 'pending' });
      const uri = `${issuer}/activate`;
      return [
        200,
        {
          device_code: deviceCode,
          user_code: userCode,
          verification_uri: uri,
          verification_uri_complete: `${uri}?code=${userCode}`,
          expires_in: 600,
          interval: 1,
        },
      ];
    },
  };

  const server = createServer({ cert: certificate, key }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const answer = answers[request.url ?? ''] ?? (async () => [404, {}] as const);
      void answer(new URLSearchParams(Buffer.concat(chunks).toString())).then((sent) => send(response, sent));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `https://localhost:${(server.address() as AddressInfo).port}`;
  return {
    issuer,
    certificateAuthority: certificate,
    clientId: options.clientId,
    decide(userCode, decision) {
      const device = [...devices.values()].find((candidate) => candidate.userCode === userCode);
      if (device === undefined) throw new Error(`nobody asked for the code ${userCode}`);
      device.decision = decision;
    },
    refreshes: () => refreshes,
    revokeAll: () => refreshTokens.clear(),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function send(response: ServerResponse, [status, body]: readonly [number, object]): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}
