import { type ClientHttp2Session, connect, constants, type IncomingHttpHeaders } from 'node:http2';
import { dialError, duration, hostPort, messageOf } from './go-words.ts';

export interface GrpcHealthCheck {
  readonly host: string;
  readonly port: number;
  /** Empty asks for the server as a whole. */
  readonly service: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

const statuses = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];
/** https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
const codes = { ok: 0, deadlineExceeded: 4, unimplemented: 12 };
const codeNames: Readonly<Record<number, string>> = {
  1: 'Canceled',
  2: 'Unknown',
  3: 'InvalidArgument',
  5: 'NotFound',
  7: 'PermissionDenied',
  8: 'ResourceExhausted',
  13: 'Internal',
  14: 'Unavailable',
  16: 'Unauthenticated',
};

interface Reply {
  readonly code: number;
  readonly message: string;
  readonly body: Buffer;
}

/**
 * Asks `grpc.health.v1.Health/Check`. Its request has one string and its answer one number, so HTTP/2 itself is less than a gRPC
 * library would be. https://github.com/grpc/grpc/blob/master/doc/health-checking.md
 *
 * @throws Error in the kubelet's words unless the service is serving
 */
export async function grpcHealth(check: GrpcHealthCheck): Promise<void> {
  const { host, port, timeoutMs, signal } = check;
  const address = hostPort(host, port);
  const session = await open(address, check);
  let reply: Reply;
  try {
    reply = await ask(session, check);
  } catch (error) {
    if (signal.aborted) {
      throw new Error(`timeout: health rpc did not complete within ${duration(timeoutMs)}`, { cause: error });
    }
    throw new Error(`error: health rpc probe failed: ${messageOf(error)}`, { cause: error });
  } finally {
    session.destroy();
  }
  const { code, message, body } = reply;
  if (code === codes.unimplemented) {
    throw new Error(
      `error: this server does not implement the grpc health protocol (grpc.health.v1.Health): ${message}`,
    );
  }
  if (code === codes.deadlineExceeded) {
    throw new Error(`timeout: health rpc did not complete within ${duration(timeoutMs)}`);
  }
  if (code !== codes.ok) {
    const name = codeNames[code] ?? `Code(${code})`;
    throw new Error(`error: health rpc probe failed: rpc error: code = ${name} desc = ${message}`);
  }
  const status = readStatus(body);
  if (status !== 1) throw new Error(`service unhealthy (responded with "${statuses[status] ?? status}")`);
}

function open(address: string, { timeoutMs, signal }: GrpcHealthCheck): Promise<ClientHttp2Session> {
  return new Promise((resolve, reject) => {
    const session = connect(`http://${address}`);
    const onAbort = () => {
      session.destroy();
      const within = duration(timeoutMs);
      reject(
        new Error(
          `timeout: failed to connect service ${JSON.stringify(address)} within ${within}: context deadline exceeded`,
        ),
      );
    };
    signal.addEventListener('abort', onAbort, { once: true });
    session.once('error', (error) => {
      signal.removeEventListener('abort', onAbort);
      const why = dialError(error, address);
      reject(new Error(`error: failed to connect service at ${JSON.stringify(address)}: ${why}`));
    });
    // The connection alone says little: its settings show that the other side speaks HTTP/2.
    session.once('remoteSettings', () => {
      signal.removeEventListener('abort', onAbort);
      resolve(session);
    });
  });
}

function ask(session: ClientHttp2Session, { service, signal }: GrpcHealthCheck): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const stream = session.request(
      {
        [constants.HTTP2_HEADER_METHOD]: 'POST',
        [constants.HTTP2_HEADER_PATH]: '/grpc.health.v1.Health/Check',
        'content-type': 'application/grpc',
        'user-agent': 'kube-probe/1.36',
        te: 'trailers',
      },
      { signal },
    );
    const chunks: Buffer[] = [];
    let ended: IncomingHttpHeaders = {};
    let httpStatus = 0;
    session.once('error', reject);
    stream.on('error', reject);
    stream.on('response', (headers) => {
      httpStatus = headers[':status'] ?? 0;
      // An answer of trailers alone carries its status where others have their headers.
      ended = headers;
    });
    stream.on('trailers', (trailers) => {
      ended = trailers;
    });
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('close', () => {
      if (httpStatus !== 200) {
        reject(new Error(`unexpected HTTP status code received from server: ${httpStatus}`));
        return;
      }
      const code = Number(ended['grpc-status'] ?? 2);
      const message = decodeURIComponent(String(ended['grpc-message'] ?? ''));
      resolve({ code, message, body: Buffer.concat(chunks) });
    });
    stream.end(frame(request(service)));
  });
}

/** `HealthCheckRequest { string service = 1; }` */
function request(service: string): Buffer {
  if (service === '') return Buffer.alloc(0);
  const text = Buffer.from(service);
  return Buffer.concat([Buffer.from([0x0a, ...varint(text.length)]), text]);
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >> 7)];
}

/** One uncompressed message: a flag, its length, itself. */
function frame(message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** `HealthCheckResponse { ServingStatus status = 1; }`; 0 (UNKNOWN) where it is left out. */
function readStatus(body: Buffer): number {
  const message = body.subarray(5);
  return message[0] === 0x08 ? (message[1] ?? 0) : 0;
}
