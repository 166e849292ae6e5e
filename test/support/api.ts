import { randomBytes } from 'node:crypto';
import {
  adminSubject,
  apiAudience,
  createBodyCipher,
  createKeyRing,
  fixedMasterKeys,
  issueToken,
  issuerOf,
  type KeyRing,
  type MasterKeys,
  type Subject,
} from '@berth/auth';
import { type Api, type ApiOptions, defaultFairShare, startApi } from '@berth/api';
import { builtinRegistry, encryptedResources } from '@berth/kinds';
import { openStore, type Store } from '@berth/store';
import { pino } from 'pino';
import { createHintBus } from './hint-bus.ts';
import { createTestDatabase } from './postgres.ts';

const externalUrl = 'https://berth.test:6443';

export interface TestApi {
  readonly url: string;
  /** '' unless the options ask for HTTPS. */
  readonly httpsUrl: string;
  readonly store: Store;
  readonly databaseUrl: string;
  readonly keys: KeyRing;
  /** A token of a cluster; of its administrator unless another subject is given. */
  token(clusterId: string, options?: { subject?: Subject; expiresInSeconds?: number }): Promise<string>;
  /** Sends one request; `as` names the cluster whose administrator sends it. */
  send(method: string, path: string, options?: TestRequest): Promise<TestAnswer>;
  /** Another API server on the same database, as another process has it. It shares nothing else, and is closed by its own `close`. */
  another(options?: Partial<ApiOptions>): Promise<TestApi>;
  close(): Promise<void>;
}

export interface TestRequest {
  /** Default `default`; null sends no token. */
  readonly as?: string | null;
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
}

export interface TestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; undefined if it is no JSON. Tests say what they expect of it. */
  // oxlint-disable-next-line typescript/no-explicit-any -- a test asserts on whatever comes
  readonly json: any;
}

/** Each server keeps the tenants' budgets by itself. */
const noTokenSource = {
  lease: () => Promise.reject(new Error('there is no Redis')),
  giveBack: () => {},
};

/** An API server over a database of its own, with the clusters `system`, `default` and `neighbour`. */
export async function startTestApi(options: Partial<ApiOptions> = {}): Promise<TestApi> {
  const database: Database = {
    databaseUrl: await createTestDatabase(),
    masterKeys: fixedMasterKeys(randomBytes(32)),
  };
  const hints = createHintBus();
  const store = openStore({ databaseUrl: database.databaseUrl, hints, pollIntervalMs: 100 });
  await store.ensurePartitions(new Date());
  for (const clusterId of ['default', 'neighbour']) {
    await store.createCluster({ clusterId, tenantId: clusterId, seed: [] });
  }
  await store.close();
  return startOn(database, options);
}

interface Database {
  readonly databaseUrl: string;
  readonly masterKeys: MasterKeys;
}

async function startOn(database: Database, options: Partial<ApiOptions>): Promise<TestApi> {
  const hints = createHintBus();
  const store = openStore({
    databaseUrl: database.databaseUrl,
    hints,
    pollIntervalMs: 100,
    bodyCipher: createBodyCipher(database.masterKeys, encryptedResources(builtinRegistry)),
  });
  const keys = createKeyRing(store.signingKeys, database.masterKeys);
  const api: Api = await startApi({
    store,
    hints,
    keys,
    kinds: builtinRegistry,
    log: pino({ level: process.env['TEST_LOG_LEVEL'] ?? 'silent' }),
    now: () => new Date(),
    externalUrl,
    clusterCa: '',
    tokenSource: noTokenSource,
    fairShare: defaultFairShare,
    http: { port: 0 },
    ...options,
  }).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
  const url = api.httpAddress ?? '';
  const adminTokens = new Map<string, Promise<string>>();

  const token: TestApi['token'] = async (
    clusterId,
    { subject = adminSubject(), expiresInSeconds = 3600 } = {},
  ) => {
    const issued = await issueToken(keys, {
      clusterId,
      issuer: issuerOf(externalUrl, clusterId),
      subject,
      audience: [apiAudience],
      expiresInSeconds,
      now: new Date(),
    });
    return issued.token;
  };
  const adminToken = (clusterId: string): Promise<string> => {
    const known = adminTokens.get(clusterId) ?? token(clusterId);
    adminTokens.set(clusterId, known);
    return known;
  };

  return {
    url,
    httpsUrl: api.httpsAddress ?? '',
    databaseUrl: database.databaseUrl,
    store,
    keys,
    token,
    async send(method, path, { as = 'default', body, headers = {}, signal, ...request } = {}) {
      const bearer = request.token ?? (as === null ? undefined : await adminToken(as));
      const isText = typeof body === 'string' || body instanceof Uint8Array;
      const answer = await fetch(`${url}${path}`, {
        method,
        headers: {
          ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: isText ? body : JSON.stringify(body) }),
        ...(signal !== undefined && { signal }),
      });
      const text = await answer.text();
      return { status: answer.status, headers: answer.headers, text, json: parsed(text) };
    },
    another: (more = {}) => startOn(database, { ...options, ...more }),
    async close() {
      await api.close();
      await store.close();
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
