import ipaddr from 'ipaddr.js';

/** A network that may be called although it is not public. */
export type AllowedNetwork = readonly [network: ipaddr.IPv4 | ipaddr.IPv6, prefixLength: number];

/** Public addresses behind which clouds serve metadata to their own machines. Azure's, the others' are link-local or shared. */
const metadataAddresses: ReadonlySet<string> = new Set(['168.63.129.16']);

/** The part of IPv6 that is given out to be routed. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');
/** Where RFC 6052 puts IPv4 addresses; its other prefix, `64:ff9b:1::/48`, is for local use. */
const translated = ipaddr.IPv6.parseCIDR('64:ff9b::/96');

/** Comma-separated networks in CIDR notation, as an operator's setting has them. @throws Error naming what is none */
export function parseNetworks(text: string): readonly AllowedNetwork[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      if (!ipaddr.isValidCIDR(part))
        throw new Error(`${JSON.stringify(part)} is no network such as 10.0.0.0/8`);
      return ipaddr.parseCIDR(part);
    });
}

/**
 * Whether Berth may call an address that a tenant chose. Only addresses of the public internet may be: an allowlist, so
 * that a range that is not known here is refused. Embedded IPv4 addresses (mapped, NAT64) are judged as what they reach;
 * 6to4 and Teredo, which reach through relays, are refused.
 *
 * @param allowed what the operator allows beyond that
 */
export function isCallable(address: string, allowed: readonly AllowedNetwork[]): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = reached(ipaddr.parse(address));
  if (allowed.some((network) => contains(network, parsed))) return true;
  if (metadataAddresses.has(parsed.toString())) return false;
  if (parsed instanceof ipaddr.IPv6 && !parsed.match(globalUnicast)) return false;
  return parsed.range() === 'unicast';
}

/** The IPv4 address that an IPv6 address stands for, or the address itself. */
function reached(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  if (address instanceof ipaddr.IPv4) return address;
  if (address.isIPv4MappedAddress()) return address.toIPv4Address();
  return address.match(translated) ? new ipaddr.IPv4(address.toByteArray().slice(12)) : address;
}

function contains([network, prefixLength]: AllowedNetwork, address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return network.kind() === address.kind() && address.match(network, prefixLength);
}
