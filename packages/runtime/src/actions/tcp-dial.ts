import { connect } from 'node:net';
import { dialError, hostPort } from './go-words.ts';

/** Opens a connection and closes it again. @throws Error in the kubelet's words */
export function tcpDial(host: string, port: number, signal: AbortSignal): Promise<void> {
  const address = hostPort(host, port);
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const onAbort = () => {
      socket.destroy();
      reject(new Error(`dial tcp ${address}: i/o timeout`));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('connect', () => {
      signal.removeEventListener('abort', onAbort);
      socket.end();
      // Whatever it answers to a connection that asked nothing.
      socket.on('error', () => {});
      socket.destroySoon();
      resolve();
    });
    socket.once('error', (error) => {
      signal.removeEventListener('abort', onAbort);
      reject(new Error(dialError(error, address)));
    });
  });
}
