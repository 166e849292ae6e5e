/** Stands for all addresses of the host. */
const everyAddress = '0.0.0.0';

/** A port that a container takes of its host: `<protocol>/<port>/<ip>`. */
export function hostPort(port: number, protocol = 'TCP', ip = ''): string {
  return `${protocol}/${port}/${ip || everyAddress}`;
}

/**
 * Whether two pods cannot have these ports of the same host. The port of one address is in nobody's way on another one.
 * https://kubernetes.io/docs/concepts/configuration/overview/#services
 */
export function hostPortsCollide(left: string, right: string): boolean {
  const ipAt = left.lastIndexOf('/') + 1;
  if (ipAt !== right.lastIndexOf('/') + 1 || left.slice(0, ipAt) !== right.slice(0, ipAt)) return false;
  const [leftIp, rightIp] = [left.slice(ipAt), right.slice(ipAt)];
  return leftIp === rightIp || leftIp === everyAddress || rightIp === everyAddress;
}
