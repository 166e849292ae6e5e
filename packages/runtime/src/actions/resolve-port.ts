import type { Container } from '@berth/kinds';

/** @throws Error in the kubelet's words, where the container has no port of that name, or a number is none of a port. */
export function resolvePort(port: number | string, container: Container): number {
  const number = typeof port === 'number' ? port : portOfName(port, container);
  if (number > 0 && number < 65_536) return number;
  throw new Error(`invalid port number: ${number}`);
}

function portOfName(name: string, { ports }: Container): number {
  const named = ports?.find((candidate) => candidate.name === name)?.containerPort;
  if (named !== undefined) return named;
  if (/^\d+$/.test(name)) return Number(name);
  throw new Error(`strconv.Atoi: parsing ${JSON.stringify(name)}: invalid syntax`);
}
