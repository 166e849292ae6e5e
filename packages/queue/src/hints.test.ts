import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../../../test/support/eventually.ts';
import { startTestRedis, type TestRedis } from '../../../test/support/redis.ts';
import { connectHints } from './hints.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());

test('a hint reaches every process, and a burst of one cluster arrives as its newest revision', async () => {
  const settings = { redisUrl: redis.url, keyPrefix: 'burst' };
  const sender = connectHints(settings);
  const receiver = connectHints(settings);
  const heard: string[] = [];
  receiver.subscribe((hint) => heard.push(`${hint.clusterId}@${hint.revision}`));
  await eventually('the receiver is subscribed', () => subscribers('burst:revisions'), 5_000);

  for (let revision = 1; revision <= 1_000; revision++) sender.publish({ clusterId: 'a', revision });
  sender.publish({ clusterId: 'b', revision: 7 });
  await eventually('both clusters are heard of', () => heard.length === 2);
  expect(heard).toEqual(['a@1000', 'b@7']);
  await Promise.all([sender.close(), receiver.close()]);
});

test('an ended subscription hears nothing more, and prefixes keep instances apart', async () => {
  const one = connectHints({ redisUrl: redis.url, keyPrefix: 'one' });
  const other = connectHints({ redisUrl: redis.url, keyPrefix: 'other' });
  const heard: string[] = [];
  const end = one.subscribe(() => heard.push('ended'));
  one.subscribe((hint) => heard.push(`one ${hint.revision}`));
  other.subscribe((hint) => heard.push(`other ${hint.revision}`));
  end();
  await eventually(
    'both are subscribed',
    async () => (await subscribers('one:revisions')) && (await subscribers('other:revisions')),
  );

  other.publish({ clusterId: 'x', revision: 1 });
  await eventually('the other instance heard', () => heard.length > 0);
  one.publish({ clusterId: 'x', revision: 2 });
  await eventually('this instance heard', () => heard.length > 1);
  expect(heard).toEqual(['other 1', 'one 2']);
  await Promise.all([one.close(), other.close()]);
});

test('publishing without Redis neither throws nor waits, and the newest hints arrive when it is back', async () => {
  const lone = await startTestRedis();
  const hints = connectHints({ redisUrl: lone.url });
  const heard: string[] = [];
  hints.subscribe((hint) => heard.push(`${hint.clusterId}@${hint.revision}`));
  await eventually('Redis answers', () => hints.reachable());
  await lone.kill();
  await eventually('the loss is noticed', async () => !(await hints.reachable()));

  hints.publish({ clusterId: 'a', revision: 1 });
  hints.publish({ clusterId: 'a', revision: 2 });
  hints.requestTurn('a');
  await lone.startAgain({ empty: true });
  await eventually('a hint after the outage is heard', () => {
    hints.publish({ clusterId: 'later', revision: 3 });
    return heard.includes('later@3');
  });
  await eventually('the turn asked for in the outage is queued', () =>
    lone.command('GET', 'berth:{turns}:de:a'),
  );
  await hints.close();
  await lone.stop();
});

test('closing works while Redis is away', async () => {
  const lone = await startTestRedis();
  const hints = connectHints({ redisUrl: lone.url });
  await eventually('Redis answers', () => hints.reachable());
  await lone.kill();
  hints.publish({ clusterId: 'a', revision: 1 });
  await hints.close();
  await lone.stop();
});

async function subscribers(channel: string): Promise<boolean> {
  const answer = await redis.command('PUBSUB', 'NUMSUB', channel);
  return Array.isArray(answer) && Number(answer[1]) > 0;
}
