const octet = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const ipv4 = new RegExp(`^${octet}(\\.${octet}){3}$`);

/** 4 or 6; nothing for what is no IP address. Octets with leading zeros are none, as in Go. */
export function ipVersion(text: string): 4 | 6 | undefined {
  if (ipv4.test(text)) return 4;
  return text.includes(':') && /^[0-9a-fA-F:.]+$/.test(text) && URL.canParse(`http://[${text}]`)
    ? 6
    : undefined;
}

/** What is wrong with an IP address. */
export function checkIp(text: string): string[] {
  return ipVersion(text) ? [] : ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'];
}

/** What is wrong with a network in CIDR notation. */
export function checkCidr(text: string): string[] {
  return cidrVersion(text) ? [] : ['must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'];
}

/** 4 or 6; nothing for what is no network in CIDR notation. */
export function cidrVersion(text: string): 4 | 6 | undefined {
  const [address = '', prefix = '', ...rest] = text.split('/');
  const version = ipVersion(address);
  if (!version || rest.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(prefix)) return undefined;
  return Number(prefix) <= (version === 4 ? 32 : 128) ? version : undefined;
}
