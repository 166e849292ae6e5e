import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';

/** An address of the machine's loopback network that is one pod's alone, until it is released or this process ends. */
export interface HeldAddress {
  readonly address: string;
  readonly release: () => void;
}

/** Pods have their addresses from 127.1.0.0 to 127.63.255.255; above are those of Services. */
const firstBlock = 1;
const blocks = 63;
/** Who has this UDP port of an address has the address. */
const claimPort = 65_533;
const maxAttempts = 64;

/**
 * Takes an address for a pod, the same one again after a restart if it is free. No two processes of the machine have the
 * same: whoever has one has a socket there, which the kernel gives to one, and takes back when its owner ends.
 *
 * @param former the address that the pod's containers were told of: it stays theirs
 * @returns undefined on a machine that has one address of loopback only
 */
export async function holdAddress(podUid: string, former?: string): Promise<HeldAddress | undefined> {
  if (former !== undefined) {
    const release = await claim(former);
    return { address: former, release: typeof release === 'function' ? release : () => {} };
  }
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const address = candidate(podUid, attempt);
    const release = await claim(address);
    if (typeof release === 'function') return { address, release };
    if (release !== 'EADDRINUSE') return undefined;
  }
  return undefined;
}

function candidate(podUid: string, attempt: number): string {
  const digest = createHash('sha256').update(`${podUid}/${attempt}`).digest();
  const last = 1 + ((digest[2] ?? 0) % 254);
  return `127.${firstBlock + ((digest[0] ?? 0) % blocks)}.${digest[1] ?? 0}.${last}`;
}

/** Releases the claim, or why there is none: the code of the system's error. */
function claim(address: string): Promise<(() => void) | string> {
  return new Promise((resolve) => {
    const socket = createSocket({ type: 'udp4' });
    socket.unref();
    socket.once('error', (error: NodeJS.ErrnoException) => {
      socket.close();
      resolve(error.code ?? 'unknown');
    });
    socket.bind({ address, port: claimPort, exclusive: true }, () => {
      let isHeld = true;
      resolve(() => {
        if (isHeld) socket.close();
        isHeld = false;
      });
    });
  });
}
