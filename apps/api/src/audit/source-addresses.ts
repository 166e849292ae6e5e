import { BlockList, isIP } from 'node:net';

/** Whom the server believes when they say for whom they forward. */
export type TrustsForwarder = (address: string) => boolean;

/**
 * @param proxies addresses and networks (`10.0.0.0/8`). Default: nobody is believed.
 * @throws RangeError for what is neither
 */
export function trustedForwarders(proxies: readonly string[] = []): TrustsForwarder {
  const list = new BlockList();
  for (const proxy of proxies) {
    const [address = '', prefix] = proxy.split('/');
    const version = isIP(address);
    if (version === 0) throw new RangeError(`"${proxy}" is neither an address nor a network`);
    list.addSubnet(address, Number(prefix ?? (version === 4 ? 32 : 128)), version === 4 ? 'ipv4' : 'ipv6');
  }
  return (address) => isIP(address) !== 0 && list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
}

/**
 * Where a request came from, the client first, as upstream lists it: what a trusted proxy says, then the proxy. What
 * anybody else claims in `X-Forwarded-For` counts for nothing.
 */
export function sourceAddresses(
  peer: string | undefined,
  forwardedFor: string | undefined,
  trusts: TrustsForwarder,
): readonly string[] {
  if (peer === undefined) return [];
  const address = withoutMapping(peer);
  if (forwardedFor === undefined || !trusts(address)) return [address];
  const claimed = forwardedFor
    .split(',')
    .map((part) => part.trim())
    .filter((part) => isIP(part) !== 0);
  return [...claimed, address];
}

/** IPv4 over a socket of both families: RFC 4291 §2.5.5.2. */
function withoutMapping(address: string): string {
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
}
