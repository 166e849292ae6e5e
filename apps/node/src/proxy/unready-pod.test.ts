import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { EndpointSlice, Service } from '@berth/kinds';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../../../../test/support/eventually.ts';
import { podOf, TestAgent } from '../testing/test-agent.ts';

let agent: TestAgent;
beforeEach(async () => {
  agent = await TestAgent.start();
});
afterEach(() => agent.close());

const place = { host: '127.64.203.7', port: 20_000 + (process.pid % 10_000) };
const service: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 's', namespace: 'shop', uid: 'service' },
  spec: { type: 'ClusterIP', clusterIPs: [place.host], ports: [{ port: place.port }] },
};
const sliceOf = (address: string): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 's-x', namespace: 'shop', uid: 'slice', labels: { 'kubernetes.io/service-name': 's' } },
  addressType: 'IPv4',
  endpoints: [{ addresses: [address], nodeName: 'node-1', conditions: { ready: true, serving: true } }],
  ports: [{ name: '', port: 9376, protocol: 'TCP' }],
});

/** Says which process it is, and does so before it is ready. */
const server = `
require('node:net').createServer((socket) => socket.end(String(process.pid)))
  .listen(9376, process.env.POD_IP, () => require('node:fs').writeFileSync(process.env.PID_FILE, String(process.pid)));`;

async function ask(): Promise<string> {
  const socket = connect(place);
  await once(socket, 'connect');
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  return answer;
}

test('a container that was killed and runs again is not connected to before it is ready, whatever its endpoint says', async () => {
  const [isReady, pidFile] = [join(agent.directory, 'is-ready'), join(agent.directory, 'pid')];
  const pid = () => (existsSync(pidFile) ? readFileSync(pidFile, 'utf8') : undefined);
  writeFileSync(isReady, '');
  agent.api.putPod(
    podOf('server', {
      restartPolicy: 'Always',
      containers: [
        {
          name: 'server',
          image: 'any',
          command: [process.execPath, '-e', server],
          env: [{ name: 'PID_FILE', value: pidFile }],
          readinessProbe: { exec: { command: ['test', '-e', isReady] }, periodSeconds: 1 },
        },
      ],
    }),
  );
  const pod = await agent.api.untilPod(
    'server',
    ({ containerStatuses }) => containerStatuses?.[0]?.ready === true,
  );
  agent.api.tellServices(service, sliceOf(pod.status?.podIP ?? ''));
  const first = await eventually('the Service is offered', ask);
  expect(first).toBe(pid());

  rmSync(isReady);
  process.kill(Number(first), 'SIGKILL');
  const second = await eventually('it runs again', () => pid() !== first && pid());
  await expect(ask()).rejects.toMatchObject({ code: 'ECONNRESET' });

  writeFileSync(isReady, '');
  expect(await eventually('it is ready', ask)).toBe(second);
});
