import { createServer as createHttpServer } from 'node:http';
import { createSecureServer, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer, type ServerType } from '@hono/node-server';
import { AuditQueue } from './audit/audit-queue.ts';
import type { ApiDeps } from './api-deps.ts';
import { ensureSystemCluster } from './provisioning/ensure-system-cluster.ts';
import { createApp } from './app.ts';
import { bodyTimeoutMs } from './request/read-body.ts';

export interface ApiOptions extends Omit<ApiDeps, 'closing' | 'auditQueue'> {
  /** HTTPS, with HTTP/1.1 and HTTP/2 on one port. */
  readonly https?: {
    readonly port: number;
    readonly host?: string;
    readonly certificate: string;
    readonly key: string;
  };
  /** Plain HTTP, on loopback only: tokens cross it in clear. */
  readonly http?: { readonly port: number };
}

export interface Api {
  /** `https://host:port`, where it listens; undefined without that listener. */
  readonly httpsAddress: string | undefined;
  readonly httpAddress: string | undefined;
  /** Takes no more requests, ends watches, and waits for what is under way, at most 10 s. */
  close(): Promise<void>;
}

const loopback = '127.0.0.1';
const closeTimeoutMs = 10_000;
const idleSweepMs = 20;

/** Serves the API of a migrated database, whose system cluster it makes if there is none. @throws when a port is taken */
export async function startApi({ https, http, ...deps }: ApiOptions): Promise<Api> {
  await ensureSystemCluster(deps);
  const closing = new AbortController();
  const auditQueue = new AuditQueue(deps.store.audit, deps.log);
  const { fetch } = createApp({ ...deps, auditQueue, closing: closing.signal });
  const servers: ServerType[] = [];
  let httpsAddress: string | undefined;
  let httpAddress: string | undefined;
  try {
    if (https !== undefined) {
      const server = secureServer(fetch, https);
      servers.push(server);
      httpsAddress = `https://${await listen(server, https.port, https.host)}`;
    }
    if (http !== undefined) {
      const server = createAdaptorServer({ fetch, createServer: createHttpServer });
      servers.push(server);
      httpAddress = `http://${await listen(server, http.port, loopback)}`;
    }
  } catch (error) {
    await Promise.all(servers.map(closeServer));
    throw error;
  }
  return {
    httpsAddress,
    httpAddress,
    async close() {
      closing.abort();
      await Promise.all(servers.map(closeServer));
      await auditQueue.close();
    },
  };
}

type Fetch = Parameters<typeof createAdaptorServer>[0]['fetch'];

function secureServer(fetch: Fetch, { certificate, key }: NonNullable<ApiOptions['https']>): ServerType {
  return createAdaptorServer({
    fetch,
    createServer: createSecureServer,
    serverOptions: { cert: certificate, key, allowHTTP1: true, minVersion: 'TLSv1.2' },
  });
}

async function listen(server: ServerType, port: number, host?: string): Promise<string> {
  // Counts until the request has arrived: a watch of an hour is no stalled client, a body that trickles in is.
  if ('requestTimeout' in server) server.requestTimeout = bodyTimeoutMs;
  trackSessions(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const { address, port: boundPort, family } = boundAddress(server);
  return family === 'IPv6' ? `[${address}]:${boundPort}` : `${address}:${boundPort}`;
}

function boundAddress(server: ServerType): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error('the server is not bound to a TCP port');
  return address;
}

const sessionsOf = new WeakMap<ServerType, Set<ServerHttp2Session>>();

/** Node closes idle HTTP/1 connections itself, but no HTTP/2 sessions. */
function trackSessions(server: ServerType): void {
  const sessions = new Set<ServerHttp2Session>();
  sessionsOf.set(server, sessions);
  server.on('session', (session: ServerHttp2Session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
}

async function closeServer(server: ServerType): Promise<void> {
  const sessions = sessionsOf.get(server) ?? new Set();
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  for (const session of sessions) session.close();
  // A connection whose last answer ends only now is idle only then.
  const sweeper = setInterval(() => {
    if ('closeIdleConnections' in server) server.closeIdleConnections();
  }, idleSweepMs);
  const timer = setTimeout(() => {
    for (const session of sessions) session.destroy();
    if ('closeAllConnections' in server) server.closeAllConnections();
  }, closeTimeoutMs);
  await closed;
  clearTimeout(timer);
  clearInterval(sweeper);
}
