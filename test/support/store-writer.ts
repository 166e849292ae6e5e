import { writeSync } from 'node:fs';
import { openStore } from '@berth/store';
import { deafHintBus } from './hint-bus.ts';

/**
 * A process that writes until it is killed, and says on its standard output what was acknowledged:
 * `<name> <revision>` a line, written before it goes on. Arguments: database URL, cluster, prefix of names.
 */
const [databaseUrl = '', clusterId = '', prefix = ''] = process.argv.slice(2);
const cluster = openStore({ databaseUrl, hints: deafHintBus }).cluster(clusterId);

async function writeForever(client: number): Promise<never> {
  for (let i = 0; ; i++) {
    const name = `${prefix}-${client}-${i}`;
    const key = { resource: 'configmaps', namespace: 'default', name };
    const outcome = await cluster.write({
      op: 'create',
      ...key,
      uid: name,
      body: `{"metadata":{"name":"${name}"}}`,
    });
    if (outcome.status === 'applied') writeSync(1, `${name} ${outcome.revision}\n`);
  }
}

await Promise.all(Array.from({ length: 16 }, (_, client) => writeForever(client)));
