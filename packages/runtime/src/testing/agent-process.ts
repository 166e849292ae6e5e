import type { Pod } from '@berth/kinds';
import { TestNode } from './process-node.ts';

// A process of its own that runs pods until it is killed: argv is the data directory and the pods as JSON.
const [directory, json = '[]'] = process.argv.slice(2);
const node = await TestNode.start({}, directory);
for (const pod of JSON.parse(json) as Pod[]) await node.run(pod);
process.send?.('running');
setInterval(() => {}, 60_000);
