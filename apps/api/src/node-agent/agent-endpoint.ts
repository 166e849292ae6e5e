import { systemClusterId } from '@berth/auth';
import type { Node } from '@berth/kinds';
import { serviceUnavailableError } from '@berth/machinery';
import type { Store } from '@berth/store';

/** Annotation of a node: `https` if its agent serves TLS. Development agents serve plain HTTP on loopback. */
const schemeAnnotation = 'berth.dev/agent-scheme';

/**
 * Where the agent of a fleet node serves the kubelet's API, as the node's status says.
 *
 * @throws StatusError `ServiceUnavailable` if there is no such node or it says nothing of it
 */
export async function agentEndpoint(store: Store, nodeName: string): Promise<URL> {
  const stored = await store
    .cluster(systemClusterId)
    .get({ resource: 'nodes', namespace: '', name: nodeName });
  if (stored === undefined) throw serviceUnavailableError(`node ${JSON.stringify(nodeName)} is gone`);
  const { metadata, status }: Pick<Node, 'metadata' | 'status'> = JSON.parse(stored.body);
  const address = status?.addresses?.find(({ type }) => type === 'InternalIP')?.address;
  const port = status?.daemonEndpoints?.kubeletEndpoint?.Port;
  if (address === undefined || port === undefined) {
    throw serviceUnavailableError(`node ${JSON.stringify(nodeName)} does not say where its agent listens`);
  }
  const scheme = metadata.annotations?.[schemeAnnotation] === 'https' ? 'https' : 'http';
  const host = address.includes(':') ? `[${address}]` : address;
  return new URL(`${scheme}://${host}:${port}`);
}
