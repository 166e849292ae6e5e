import { createServer } from 'node:net';
import { CliError } from '../cli-error.ts';

/** @throws CliError PORT_TAKEN, naming the setting that chooses another one. */
export async function assertPortFree(options: {
  port: number;
  variable: string;
  host?: string;
}): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const server = createServer();
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why =
        cause.code === 'EADDRINUSE' ? 'is taken by another process' : `cannot be listened on (${cause.code})`;
      reject(
        new CliError('PORT_TAKEN', `port ${options.port} ${why}. Set ${options.variable} to another one.`, {
          cause,
        }),
      );
    });
    server.listen({ port: options.port, host: options.host }, () => server.close(() => resolve()));
  });
}
